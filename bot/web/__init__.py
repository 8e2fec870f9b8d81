"""What a browser sees: papers by day, one paper, and the local channels as a chat. Reads the store, writes messages.

Everything works without JavaScript; the script only makes it live.
"""

from bot.web.pages import app
from bot.web.port import Served, serve

__all__ = ["Served", "app", "serve"]
