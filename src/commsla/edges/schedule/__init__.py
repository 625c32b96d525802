"""The schedules of the systems: what makes them start commsla, in their own words and quoting."""

from commsla.edges.schedule.crontab import Crontab
from commsla.edges.schedule.programs import Schedule
from commsla.edges.schedule.systemd import Systemd
from commsla.edges.schedule.windows import Windows

# The word that is typed -> who writes and installs it.
SCHEDULES: dict[str, type[Schedule]] = {"cron": Crontab, "systemd": Systemd, "windows": Windows}

__all__ = ["SCHEDULES"]
