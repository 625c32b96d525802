"""Today's list as one page that needs nothing but a browser; it runs no program and loads nothing."""

from commsla.edges.page.page import WRITTEN_BY_US, status_page

__all__ = ["WRITTEN_BY_US", "status_page"]
