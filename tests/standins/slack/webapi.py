"""The Web API's methods that a bot may use here, each with the fields it knows, the scope it wants, and its errors.

A method or a field that is not here fails the test: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.standins.slack.blockkit import faults, view_faults, weight
from tests.standins.slack.workspace import Room, Said

Json = dict[str, Any]

_MESSAGE = "channel text blocks thread_ts link_names parse"
FIELDS = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.getPermalink": "channel message_ts",
    "chat.postEphemeral": f"{_MESSAGE} user",
    "chat.postMessage": f"{_MESSAGE} unfurl_links unfurl_media metadata mrkdwn reply_broadcast",
    "chat.unfurl": "channel ts unfurls source unfurl_id",
    "chat.update": "channel ts text blocks link_names parse metadata reply_broadcast",
    "conversations.history": "channel limit include_all_metadata cursor oldest latest inclusive",
    "conversations.info": "channel include_locale include_num_members",
    "conversations.join": "channel",
    "conversations.list": "types limit cursor exclude_archived team_id",
    "conversations.open": "users channel return_im prevent_creation",
    "conversations.replies": "channel ts limit include_all_metadata cursor oldest latest inclusive",
    "users.conversations": "user types limit cursor exclude_archived team_id",
    "users.info": "user include_locale",
    "views.open": "trigger_id view",
    "views.publish": "user_id view hash",
    "views.update": "view view_id external_id hash",
}
SCOPES = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.unfurl": "links:write",
    "chat.update": "chat:write",
    "conversations.join": "channels:join",
    "conversations.open": "im:write",
    "users.info": "users:read",
}


class Refusal(Exception):
    """An answer with `ok: false`; `after` makes it a 429."""

    def __init__(self, error: str, *, after: float | None = None, **more: Any) -> None:
        super().__init__(error)
        self.after = after
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
        self._scope(SCOPES.get(method))

    def _scope(self, needed: str | None) -> None:
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

    def chat_unfurl(self, fields: Json) -> Json:
        """What stands under a person's message, for links that are in it. https://docs.slack.dev/reference/methods/chat.unfurl"""
        said = self._find(fields["channel"], fields["ts"])
        unfurls = json.loads(fields["unfurls"]) if isinstance(fields["unfurls"], str) else fields["unfurls"]
        for url, shown in unfurls.items():
            if url not in said.text:
                raise Refusal("cannot_unfurl_url")
            if shown.keys() - {"blocks", "preview", "color", "fallback"}:
                self.at.faults.append(f"chat.unfurl: unknown keys {sorted(shown)}")
            self.message({"text": "…", "blocks": shown["blocks"]}, "chat.unfurl")
            said.unfurled[url] = shown["blocks"]
        self.at.changed()
        return {}

    def users_conversations(self, fields: Json) -> Json:
        """A person's channels; private ones only where the bot is too."""
        user, kinds = fields.get("user", self.at.bot_user), str(fields.get("types", "public_channel")).split(",")
        for kind in kinds:
            self._scope({"public_channel": "channels:read", "private_channel": "groups:read"}[kind])
        if user not in self.at.people:
            raise Refusal("user_not_found")
        found = [
            room
            for room in self.at.rooms.values()
            if user in room.people and not room.person and (room.member or not room.private)
            and ("private_channel" if room.private else "public_channel") in kinds
        ]  # fmt: skip
        return self._leaf(fields, found)

    def apps_connections_open(self, fields: Json) -> Json:
        return {"url": self.at.ticket()}

    def chat_postMessage(self, fields: Json) -> Json:
        room = self._room(fields, posting=True)
        self._thread(fields, room)
        self._metadata(fields)
        made = self.message(fields, "chat.postMessage")
        self._pace(room)
        said = self.at.keep(room.id, made)
        return {"channel": room.id, "ts": said.ts, "message": {"text": said.text, "ts": said.ts, "type": "message"}}

    def chat_update(self, fields: Json) -> Json:
        """Blocks that are not given go when a text is; metadata that is not given stays."""
        said = self._find(fields["channel"], fields["ts"])
        self._room(fields, posting=True)
        if said.author != self.at.bot_user:
            raise Refusal("cant_update_message")
        new = self.message(fields, "chat.update", longest=4000)
        self._metadata(fields)
        said.text, said.blocks = new["text"], new["blocks"]
        said.metadata = fields.get("metadata", said.metadata)
        said.edits += 1
        self.at.changed()
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
        self._scope(room.reading)
        told = {"id": room.id, "name": room.name, "creator": room.creator, "is_private": room.private}
        told |= {"is_mpim": False, "is_archived": room.archived, "is_member": room.member, "is_ext_shared": room.shared}
        return {"channel": told | {"is_im": room.person is not None, "context_team_id": self.at.team}}

    def conversations_list(self, fields: Json) -> Json:
        """The workspace's public channels, archived ones too."""
        kinds = str(fields.get("types", "public_channel")).split(",")
        if kinds != ["public_channel"]:
            self.at.faults.append(f"conversations.list: types {kinds}")
        self._scope("channels:read")
        return self._leaf(fields, [room for room in self.at.rooms.values() if not room.private and not room.person])

    def _leaf(self, fields: Json, found: list[Room]) -> Json:
        """A page of channels."""
        start = int(fields.get("cursor") or 0)
        end = start + min(999, int(fields.get("limit", 100)))
        told = [
            {"id": room.id, "name": room.name, "is_private": room.private}
            | {"is_archived": room.archived, "is_member": room.member, "is_im": False}
            for room in found[start:end]
        ]
        cursor = str(end) if end < len(found) else ""
        return {"channels": told, "response_metadata": {"next_cursor": cursor}}

    def conversations_join(self, fields: Json) -> Json:
        room = self._room(fields)
        room.member = True
        return {"channel": {"id": room.id}}

    def conversations_open(self, fields: Json) -> Json:
        """Direct messages with one person; the same ones each time."""
        users = fields.get("users", "")
        named = users if isinstance(users, list) else users.split(",")
        if len(named) != 1:
            self.at.faults.append(f"conversations.open: with {len(named)} people")
        person = self.at.people.get(named[0])
        if person is None:
            raise Refusal("user_not_found")
        if person.deleted:
            raise Refusal("user_disabled")
        room = self.at.inbox(person.id)
        return {"channel": {"id": room.id}}

    def conversations_history(self, fields: Json) -> Json:
        """The newest first, threads left out."""
        return self._page(fields, [said for said in self.at.public(fields["channel"]) if not said.thread][::-1])

    def conversations_replies(self, fields: Json) -> Json:
        """The thread's first message, then its replies in the order they were made."""
        hung = [said for said in self.at.public(fields["channel"]) if fields["ts"] in (said.ts, said.thread)]
        if not hung:
            self._room(fields)
            raise Refusal("thread_not_found")
        return self._page(fields, hung)

    def _page(self, fields: Json, found: list[Said]) -> Json:
        room = self._room(fields)
        self._scope(room.history)
        if not room.member:
            raise Refusal("not_in_channel")
        self._ration()
        metadata = str(fields.get("include_all_metadata")).lower() in ("1", "true")
        start = int(fields.get("cursor") or 0)
        end = start + min(15 if self.at.rationed else 999, int(fields.get("limit", 100)))
        page, more = found[start:end], end < len(found)
        told = [{"ts": said.ts, "text": said.text} | ({"metadata": said.metadata} if metadata else {}) for said in page]
        cursor = {"response_metadata": {"next_cursor": str(end)}} if more else {}
        return {"messages": told, "has_more": more, **cursor}

    def users_info(self, fields: Json) -> Json:
        person = self.at.people.get(fields["user"])
        if person is None:
            raise Refusal("user_not_found")
        told: Json = {"id": person.id, "team_id": person.team, "name": person.name.lower(), "tz": person.zone}
        told |= {"real_name": person.name, "profile": {"display_name": person.name}, "deleted": person.deleted}
        told |= {"is_admin": person.admin, "is_owner": person.owner, "is_restricted": person.guest}
        return {"user": told | {"is_stranger": person.stranger, "is_bot": False}}

    # ── views ──

    def views_open(self, fields: Json) -> Json:
        """A trigger is good for one view, within three seconds."""
        self.at.trigger(fields.get("trigger_id", ""))
        return {"view": self.at.show(self._view(fields, "views.open", "modal"))}

    def views_update(self, fields: Json) -> Json:
        view = self.at.views.get(fields.get("view_id", ""))
        if view is None:
            raise Refusal("not_found")
        if "hash" in fields and fields["hash"] != view["hash"]:
            raise Refusal("hash_conflict")
        return {"view": self.at.show(self._view(fields, "views.update", view["type"]), view["id"])}

    def views_publish(self, fields: Json) -> Json:
        if fields.get("user_id") not in self.at.people:
            raise Refusal("user_not_found")
        return {"view": self.at.show(self._view(fields, "views.publish", "home"), f"V{fields['user_id']}")}

    def _view(self, fields: Json, where: str, kind: str) -> Json:
        given = fields.get("view")
        view: Json = json.loads(given) if isinstance(given, str) else given or {}
        wrong = view_faults(view, kind)
        if wrong:
            self.at.faults.extend(f"{where}: {fault}" for fault in wrong)
            raise Refusal("invalid_arguments", response_metadata={"messages": wrong})
        return view

    # ── what they share ──

    def message(self, fields: Json, where: str, longest: int = 40_000) -> Json:
        """The message's fields, if Slack would take them."""
        text, blocks = fields.get("text", ""), fields.get("blocks", [])
        if isinstance(blocks, str):
            blocks = json.loads(blocks)
        if not text and not blocks:
            self.at.faults.append(f"{where}: neither text nor blocks")
            raise Refusal("no_text")
        if blocks and not text:
            self.at.faults.append(f"{where}: blocks without a text beside them")
        if len(text) > longest:
            self.at.faults.append(f"{where}: a text of {len(text)} characters")
            raise Refusal("msg_too_long")
        wrong = faults(blocks)
        if wrong:
            self.at.faults.extend(f"{where}: {fault}" for fault in wrong)
            raise Refusal("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
        if weight(blocks) > 13_200:
            self.at.faults.append(f"{where}: {weight(blocks)} characters over all blocks")
            raise Refusal("msg_blocks_too_long")
        return {**fields, "text": text, "blocks": blocks}

    def _pace(self, room: Room) -> None:
        """About one message a second a channel. https://docs.slack.dev/apis/web-api/rate-limits/"""
        wait = self.at.limits.take(room.id)
        if wait:
            raise Refusal("ratelimited", after=wait)

    def _ration(self) -> None:
        wait = self.at.rations.take("history") if self.at.rationed else 0.0
        if wait:
            raise Refusal("ratelimited", after=wait)

    def _room(self, fields: Json, *, posting: bool = False) -> Room:
        room = self.at.rooms.get(fields.get("channel"))
        if room is None or ((room.private or room.person) and not room.member):
            raise Refusal("channel_not_found")
        if posting and room.archived:
            raise Refusal("is_archived")
        if posting and not room.member and "chat:write.public" not in self.at.scopes:
            raise Refusal("not_in_channel")
        found: Room = room
        return found

    def _find(self, channel: str, ts: str) -> Said:
        if channel not in self.at.rooms:
            raise Refusal("channel_not_found")
        said: Said | None = self.at.index.get((channel, ts))
        if said is None or said.only is not None:
            raise Refusal("message_not_found")
        return said

    def _thread(self, fields: Json, room: Room) -> None:
        root = self.at.index.get((room.id, fields["thread_ts"])) if "thread_ts" in fields else None
        if "thread_ts" in fields and root is None:
            raise Refusal("thread_not_found")
        if root is not None and root.thread:
            self.at.faults.append(f"a thread under {root.ts}, which stands in a thread itself")

    def _metadata(self, fields: Json) -> None:
        metadata = fields.get("metadata")
        if metadata is not None and metadata.keys() != {"event_type", "event_payload"}:
            self.at.faults.append(f"metadata is not well formed: {metadata}")
            raise Refusal("invalid_metadata_format")
