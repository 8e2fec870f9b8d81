"""The Web API's methods that a bot may use here, each with the fields it knows, the scope it wants, and its errors.

A method or a field that is not here fails the test: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.standins.slack.blockkit import faults, weight
from tests.standins.slack.workspace import Room, Said

Json = dict[str, Any]

_MESSAGE = "channel text blocks thread_ts link_names parse"
FIELDS = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.getPermalink": "channel message_ts",
    "chat.postEphemeral": f"{_MESSAGE} user",
    "chat.postMessage": f"{_MESSAGE} unfurl_links unfurl_media metadata mrkdwn reply_broadcast",
    "chat.update": "channel ts text blocks link_names parse metadata",
    "conversations.history": "channel limit include_all_metadata cursor oldest latest inclusive",
    "conversations.info": "channel include_locale include_num_members",
    "conversations.join": "channel",
    "conversations.replies": "channel ts limit include_all_metadata cursor oldest latest inclusive",
    "users.info": "user include_locale",
}
SCOPES = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.join": "channels:join",
    "conversations.replies": "channels:history",
    "users.info": "users:read",
}


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}


class Methods:
    """Answers the calls; the workspace's state and faults are the stand-in's."""

    def __init__(self, standin: Any) -> None:
        self.at = standin

    def answer(self, method: str, fields: Json, token: str) -> Json:
        """One call's answer."""
        known = FIELDS.get(method)
        if known is None:
            self.at.faults.append(f"unknown method {method}")
            raise Refusal("unknown_method")
        for name in sorted(fields.keys() - set(known.split())):
            self.at.faults.append(f"{method}: unknown field {name}")
        self._allow(method, token)
        act: Callable[[Json], Json] = getattr(self, method.replace(".", "_"))
        return {"ok": True, **act(fields)}

    def _allow(self, method: str, token: str) -> None:
        if not token:
            raise Refusal("not_authed")
        wanted = self.at.app_token if method == "apps.connections.open" else self.at.bot_token
        if token != wanted:
            swapped = token in (self.at.app_token, self.at.bot_token)
            raise Refusal("not_allowed_token_type" if swapped else self.at.token_error)
        needed = SCOPES.get(method)
        if needed and needed not in self.at.scopes:
            raise Refusal("missing_scope", needed=needed, provided=",".join(sorted(self.at.scopes)))

    # ── methods ──

    def auth_test(self, fields: Json) -> Json:
        return {
            "url": "https://lab.slack.com/",
            "team": "Lab",
            "user": self.at.name,
            "team_id": self.at.team,
            "user_id": self.at.bot_user,
            "bot_id": "B0BOT",
            "is_enterprise_install": False,
        }

    def apps_connections_open(self, fields: Json) -> Json:
        return {"url": self.at.ticket()}

    def chat_postMessage(self, fields: Json) -> Json:
        room = self._room(fields, posting=True)
        self._thread(fields, room)
        self._metadata(fields)
        said = self.at.keep(room.id, self.message(fields, "chat.postMessage"))
        return {"channel": room.id, "ts": said.ts, "message": {"text": said.text, "ts": said.ts, "type": "message"}}

    def chat_update(self, fields: Json) -> Json:
        said = self._find(fields["channel"], fields["ts"])
        new = self.message(fields, "chat.update")
        said.text, said.blocks = new.get("text", ""), new.get("blocks", [])
        return {"channel": said.channel, "ts": said.ts, "text": said.text}

    def chat_postEphemeral(self, fields: Json) -> Json:
        room = self._room(fields, posting=True)
        said = self.at.keep(room.id, self.message(fields, "chat.postEphemeral"), only=fields["user"])
        return {"message_ts": said.ts}

    def chat_getPermalink(self, fields: Json) -> Json:
        said = self._find(fields["channel"], fields["message_ts"])
        return {"channel": said.channel, "permalink": self.at.permalink(said)}

    def conversations_info(self, fields: Json) -> Json:
        room = self._room(fields)
        return {"channel": {"id": room.id, "is_private": room.private, "is_archived": room.archived}}

    def conversations_join(self, fields: Json) -> Json:
        room = self._room(fields)
        room.member = True
        return {"channel": {"id": room.id}}

    def conversations_history(self, fields: Json) -> Json:
        """The newest first, threads left out."""
        return self._page(fields, [said for said in self.at.public(fields["channel"]) if not said.thread][::-1])

    def conversations_replies(self, fields: Json) -> Json:
        """The thread's first message, then its replies in the order they were made."""
        hung = [said for said in self.at.public(fields["channel"]) if fields["ts"] in (said.ts, said.thread)]
        return self._page(fields, hung)

    def _page(self, fields: Json, found: list[Said]) -> Json:
        if not self._room(fields).member:
            raise Refusal("not_in_channel")
        metadata = str(fields.get("include_all_metadata")).lower() in ("1", "true")
        page = found[: min(15, int(fields.get("limit", 15)))]
        told = [{"ts": said.ts, "text": said.text} | ({"metadata": said.metadata} if metadata else {}) for said in page]
        return {"messages": told, "has_more": len(page) < len(found)}

    def users_info(self, fields: Json) -> Json:
        person = {"id": fields["user"], "name": "ada", "real_name": "Ada Lovelace", "tz": "Europe/Berlin"}
        return {"user": person | {"profile": {"display_name": "Ada"}, "is_admin": False, "is_owner": False}}

    # ── what they share ──

    def message(self, fields: Json, where: str) -> Json:
        """The message's fields, if Slack would take them."""
        text, blocks = fields.get("text", ""), fields.get("blocks", [])
        if isinstance(blocks, str):
            blocks = json.loads(blocks)
        if not text and not blocks:
            self.at.faults.append(f"{where}: neither text nor blocks")
            raise Refusal("no_text")
        if blocks and not text:
            self.at.faults.append(f"{where}: blocks without a text beside them")
        if len(text) > 40_000:
            self.at.faults.append(f"{where}: text of {len(text)} characters would be cut")
        wrong = faults(blocks)
        if wrong:
            self.at.faults.extend(f"{where}: {fault}" for fault in wrong)
            raise Refusal("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
        if weight(blocks) > 13_200:
            self.at.faults.append(f"{where}: {weight(blocks)} characters over all blocks")
            raise Refusal("msg_blocks_too_long")
        return {**fields, "text": text, "blocks": blocks}

    def _room(self, fields: Json, *, posting: bool = False) -> Room:
        room = self.at.rooms.get(fields.get("channel"))
        if room is None or (room.private and not room.member):
            raise Refusal("channel_not_found")
        if posting and room.archived:
            raise Refusal("is_archived")
        if posting and not room.member and "chat:write.public" not in self.at.scopes:
            raise Refusal("not_in_channel")
        found: Room = room
        return found

    def _find(self, channel: str, ts: str) -> Said:
        found = [said for said in self.at.said if (said.channel, said.ts, said.only) == (channel, ts, None)]
        if channel not in self.at.rooms:
            raise Refusal("channel_not_found")
        if not found:
            raise Refusal("message_not_found")
        said: Said = found[0]
        return said

    def _thread(self, fields: Json, room: Room) -> None:
        if "thread_ts" in fields and not any(
            said.ts == fields["thread_ts"] and said.channel == room.id for said in self.at.said
        ):
            raise Refusal("thread_not_found")

    def _metadata(self, fields: Json) -> None:
        metadata = fields.get("metadata")
        if metadata is not None and metadata.keys() != {"event_type", "event_payload"}:
            self.at.faults.append(f"metadata is not well formed: {metadata}")
            raise Refusal("invalid_metadata_format")
