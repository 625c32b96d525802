"""The beginning of a raw message -> the few KB of text that a decision needs; it keeps nothing."""

from commsla.edges.mailtext.text import calendar_request, text_of_mail

__all__ = ["calendar_request", "text_of_mail"]
