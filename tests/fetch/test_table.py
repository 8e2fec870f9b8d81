"""The manners, line by line, and the tests that show them. Each test is named `file::test`; all of them exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

POLLER = {
    "ETag and Last-Modified byte for byte, as one set from the same 200": (
        "fetch/test_manners.py::test_etag_and_date_go_back_byte_for_byte",
        "fetch/test_manners.py::test_validators_are_one_set_from_the_same_200",
        "fetch/test_manners.py::test_a_304_changes_nothing_that_is_remembered",
        "fetch/test_joined.py::test_an_etag_is_never_sent_to_another_address",
    ),
    "the first request carries neither": (
        "fetch/test_manners.py::test_the_first_request_is_these_bytes_and_nothing_else",
    ),
    "they are kept through 429 and 5xx": (
        "unit/test_schedule.py::test_what_is_remembered_stays_through_failures",
        "flow/test_states.py::test_failing_since_its_first_failure_until_it_is_retired",
    ),
    "conditional at most hourly, unconditional at most daily": (
        "unit/test_schedule.py::test_when_a_feed_that_answered_is_asked_again",
        "unit/test_schedule.py::test_whatever_a_feed_says_it_is_asked_between_an_hour_and_five_days",
        "flow/test_renewing.py::test_without_an_etag_a_day_is_asked_for_once_a_day",
        "flow/test_day.py::test_a_day_of_arxiv_and_hugging_face",
    ),
    "max-age, else Expires, capped at a day": (
        "fetch/test_waits.py::test_max_age_else_expires_is_told_and_capped_at_a_day",
        "unit/test_schedule.py::test_when_a_feed_that_answered_is_asked_again",
    ),
    "ttl, skipHours, skipDays; sy:updatePeriod as a hint": (
        "unit/test_sources_feed.py::test_ttl_is_minutes_or_nonsense",
        "unit/test_sources_hints.py::test_hours_and_days_to_skip_are_read",
        "unit/test_sources_hints.py::test_the_period_of_syndication_is_read",
        "unit/test_schedule.py::test_hours_and_days_that_the_owner_skips_are_skipped",
        "flow/test_habits.py::test_days_that_a_feed_asks_to_skip_are_skipped",
    ),
    "Retry-After on 429 and 503, in seconds or as a date": (
        "fetch/test_waits.py::test_retry_after_is_told_in_seconds",
        "unit/test_schedule.py::test_retry_after_is_honoured_but_never_makes_it_sooner",
    ),
    "a bare 429 still means slow down; a 429 covers the host": (
        "fetch/test_waits.py::test_a_bare_429_still_means_slow_down",
        "fetch/test_waits.py::test_a_429_covers_the_host_until_its_time_is_over",
        "fetch/test_waits.py::test_those_who_wait_for_their_turn_hear_of_a_429_as_well",
    ),
    "301 and 308 are stored only if every hop was permanent and the end gave 200 or 304; 302, 303, 307 never": (
        "fetch/test_moves.py::test_a_new_address_is_stored_only_if_every_hop_was_permanent",
        "fetch/test_moves.py::test_a_permanent_move_to_nothing_is_a_failure",
        "fetch/test_moves.py::test_a_feed_that_moved_is_asked_at_its_new_address",
    ),
    "410: stop for good, and tell the owner": (
        "fetch/test_moves.py::test_a_410_says_that_the_feed_is_gone",
        "flow/test_states.py::test_gone_is_not_asked_again",
        "flow/test_own_feeds.py::test_whoever_added_it_is_told_once_that_it_has_ended",
    ),
    "other errors back off to a day, then the feed is retired, which is said": (
        "unit/test_schedule.py::test_failures_back_off_from_minutes_to_a_day",
        "unit/test_schedule.py::test_a_feed_that_failed_for_a_fortnight_is_retired_and_says_so",
        "flow/test_states.py::test_failing_since_its_first_failure_until_it_is_retired",
    ),
    "rarely changing feeds are polled less": (
        "unit/test_schedule.py::test_last_modified_tells_how_quiet_a_feed_is",
        "unit/test_schedule.py::test_when_a_feed_that_answered_is_asked_again",
    ),
    "one connection per host, spaced": (
        "fetch/test_lanes.py::test_one_host_has_one_connection_at_a_time",
        "fetch/test_lanes.py::test_a_host_rests_between_requests_while_others_are_asked",
        "unit/test_schedule.py::test_feeds_do_not_come_together_but_each_keeps_its_place",
    ),
    "due times live in the database: a restart fetches nothing early": (
        "flow/test_states.py::test_a_restart_fetches_nothing_early",
        "flow/test_renewing.py::test_a_restart_asks_nothing_early",
    ),
    "adding a feed is one GET, whose body is used": (
        "fetch/test_manners.py::test_a_new_feed_is_asked_once_and_its_body_is_used",
        "flow/test_own_feeds.py::test_adding_a_feed_is_one_get_whose_papers_are_known",
        "fetch/test_joined.py::test_one_that_is_added_is_asked_for_once_by_itself",
    ),
    "User-Agent name/version (+URL), gzip, no cookies, no Referer": (
        "fetch/test_manners.py::test_the_first_request_is_these_bytes_and_nothing_else",
        "fetch/test_manners.py::test_gzip_is_unpacked_and_the_content_type_passed_on",
        "fetch/test_manners.py::test_no_cookie_and_no_referer_is_ever_sent",
    ),
    "20 to 35 s, 15 MiB after decompression, 5 redirects": (
        "fetch/test_hostile.py::test_the_limits_are_those_of_the_manners",
        "fetch/test_hostile.py::test_a_gzip_bomb_stops_early",
        "fetch/test_moves.py::test_no_more_than_five_redirects_are_followed",
    ),
    "http(s) only, never to a private address": (
        "fetch/test_moves.py::test_only_http_and_https_are_followed",
        "fetch/test_addresses.py::test_a_redirect_to_a_private_address_is_refused",
        "fetch/test_addresses.py::test_an_answer_that_changes_after_the_check_is_not_the_one_connected_to",
    ),
    "HTML where XML is due is a block page: say so, back off": (
        "flow/test_states.py::test_blocked_by_a_page_and_by_a_shut_door",
        "unit/test_schedule.py::test_an_answer_that_is_no_feed_is_not_asked_for_sooner_than_a_feed",
    ),
}

ARXIV = {
    "one request per 3 s and one connection at a time, over all of its machines": (
        "fetch/test_lanes.py::test_the_gaps_are_those_that_the_owners_ask_for",
        "fetch/test_lanes.py::test_a_host_rests_between_requests_while_others_are_asked",
        "fetch/test_lanes.py::test_one_host_has_one_connection_at_a_time",
    ),
    "results change once a day; max-age runs to midnight Eastern": (
        "flow/test_day.py::test_a_day_of_arxiv_and_hugging_face",
    ),
    "categories are joined: one request serves all who want any": (
        "fetch/test_joined.py::test_categories_wanted_by_all_are_one_request",
        "fetch/test_joined.py::test_the_whole_bot_asks_once_and_divides_what_comes",
        "fetch/test_joined.py::test_a_feed_takes_its_own_part",
    ),
    "at most 2,000 items": (
        "fetch/test_joined.py::test_an_answer_that_is_full_is_asked_for_in_parts",
        "unit/test_sources_arxiv.py::test_an_answer_that_is_full_says_so",
    ),
    "empty on Saturday, Sunday and holidays is normal": (
        "unit/test_sources_arxiv.py::test_an_empty_weekend_is_a_normal_reading",
        "unit/test_almanac.py::test_a_day_without_papers_is_named",
        "flow/test_states.py::test_quiet_over_a_weekend_and_a_holiday",
        "flow/test_flow.py::test_an_empty_first_sight_is_a_complete_baseline",
    ),
    "the ETag is unquoted hex, without Last-Modified": (
        "fetch/test_manners.py::test_etag_and_date_go_back_byte_for_byte",
        "fetch/test_joined.py::test_the_etag_of_all_together_goes_back_for_all_together",
    ),
    "every rebuild changes the ETag: items are told by their ids": (
        "flow/test_states.py::test_a_rebuilt_feed_with_the_same_items_posts_nothing",
    ),
    "yesterday's batch under today's date: only the ids tell": (
        "unit/test_health.py::test_the_same_ids_under_a_new_date_are_no_advance",
        "flow/test_states.py::test_stale_when_yesterdays_batch_comes_as_todays",
    ),
    "the guid carries the version, identity does not; announce types; the description's beginning; creators": (
        "unit/test_sources_arxiv.py::test_a_paper_of_the_rss_feed_is_read_whole",
        "unit/test_sources_arxiv.py::test_replacements_carry_their_version_and_kind",
        "unit/test_sources_arxiv.py::test_a_paper_both_new_and_cross_listed_is_one_new_paper",
        "unit/test_sources_people.py::test_arxivs_one_string_becomes_names",
    ),
    "a bad category is a 400 with a feed titled Feed error; an API error is an entry titled Error": (
        "unit/test_sources_arxiv.py::test_an_error_dressed_as_a_feed_is_an_error",
        "fetch/test_joined.py::test_a_wrong_category_takes_no_other_with_it",
    ),
    "links lead to /abs/": ("unit/test_sources_arxiv.py::test_a_paper_of_the_rss_feed_is_read_whole",),
}

HUGGING_FACE = {
    "a day by ?date=": (
        "unit/test_past.py::test_a_day_is_asked_for_by_its_date",
        "flow/test_backfill.py::test_the_last_thirty_days_are_stored_and_nothing_is_posted",
        "flow/test_renewing.py::test_a_day_is_asked_for_ever_less_often",
    ),
    "500 requests in five minutes": ("fetch/test_lanes.py::test_the_gaps_are_those_that_the_owners_ask_for",),
    "a 429 carries RateLimit: r, t": ("fetch/test_waits.py::test_retry_after_is_told_in_seconds",),
    "fields vary by year; the day is submittedOnDailyAt; titles contain line breaks": (
        "unit/test_sources_json.py::test_daily_papers_of_2024_have_their_day_at_the_top",
        "unit/test_sources_json.py::test_daily_papers_of_2026_bring_their_signals",
    ),
    "$ and most backslashes are stripped from text": ("unit/test_text.py::test_real_papers_come_out_readable",),
}


@pytest.mark.parametrize("rules", [POLLER, ARXIV, HUGGING_FACE], ids=["poller", "arxiv", "hugging face"])
def test_every_line_has_a_test_that_exists(rules: dict[str, tuple[str, ...]]) -> None:
    """A rule whose test was renamed or taken away is found here."""
    missing = [f"{rule}: {test}" for rule, tests in rules.items() for test in tests if not _exists(test)]
    assert not missing, "\n".join(missing)
    assert all(rules.values())


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return re.search(rf"^(?:async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE) is not None
