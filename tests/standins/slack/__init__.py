"""Our own Slack on 127.0.0.1: Web API, Socket Mode and `response_url` over real sockets, as strict as the real one.

A test fails when it ends if anything was sent that Slack does not know or would refuse (`faults`). `python -m
tests.standins.slack` is the same as a process of its own.
"""

from __future__ import annotations

from tests.standins.slack.serving import serving, slack_standin
from tests.standins.slack.standin import Interaction, StandIn
from tests.standins.slack.workspace import Person, Room, Said, read, spans

__all__ = ["Interaction", "Person", "Room", "Said", "StandIn", "read", "serving", "slack_standin", "spans"]
