"""Bytes from folders and addresses."""

from layers.feeds import folder, url
from layers.feeds.folder import Arrived
from layers.feeds.url import Fetched, NotModified, UrlFeed, UrlState

__all__ = ["Arrived", "Fetched", "NotModified", "UrlFeed", "UrlState", "folder", "url"]
