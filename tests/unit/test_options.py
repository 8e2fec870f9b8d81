"""The options of a subscription: taken out of the words without moving what is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import options
from bot.errors import OptionError
from bot.model import Channel, Customs, Options

ZONES = {"Europe/Berlin", "UTC", "America/New_York"}


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("LLM mode:daily", "LLM           ", Options(mode="daily")),
        ("mode:weekly LLM", "            LLM", Options(mode="weekly")),
        ("a at:9:00 b", "a         b", Options(at="09:00")),
        ("a Mode: Daily b", "a             b", Options(mode="daily")),
        ("a mode：daily", "a           ", Options(mode="daily")),
        ("tz:europe/berlin", " " * 16, Options(tz="Europe/Berlin")),
        ("days:mon-fri", " " * 12, Options(days="mon-fri")),
        ("days:Wednesday,mon", " " * 18, Options(days="mon,wed")),
        ("days:sat-mon", " " * 12, Options(days="mon,sat,sun")),
        ("max:10 thread:off format:card", " " * 29, Options(max=10, thread="off", format="card")),
        ('"mode:daily" x', '"mode:daily" x', Options()),
        ("“at:nine” x", "“at:nine” x", Options()),
        ("format at max", "format at max", Options()),
        ("at：09：00", " " * 8, Options(at="09:00")),
        ("at:9 max：１０", " " * 11, Options(at="09:00", max=10)),
        ("at:9am", " " * 6, Options(at="09:00")),
        ("at:9:30pm", " " * 9, Options(at="21:30")),
        ("at:9 pm a", " " * 8 + "a", Options(at="21:00")),
        ("at:12am", " " * 7, Options(at="00:00")),
        ("at:14h30", " " * 8, Options(at="14:30")),
        ("tz:berlin", " " * 9, Options(tz="Europe/Berlin")),
        ("tz:new_york", " " * 11, Options(tz="America/New_York")),
        ('tz:"Europe/Berlin"', " " * 18, Options(tz="Europe/Berlin")),
        ("mode:“daily” a", " " * 13 + "a", Options(mode="daily")),
        ('mode:daily "state space"', " " * 11 + '"state space"', Options(mode="daily")),
        ("days:mo,we", " " * 10, Options(days="mon,wed")),
        ("days:mon—fri", " " * 12, Options(days="mon-fri")),
        ("days:weekdays", " " * 13, Options(days="mon-fri")),
        ("days:weekend", " " * 12, Options(days="sat,sun")),
        ("days:daily", " " * 10, Options(days="mon-sun")),
        ("mode=daily a", " " * 11 + "a", Options(mode="daily")),
        ("a --mode=daily", "a " + " " * 12, Options(mode="daily")),
        ("a --mode daily", "a " + " " * 12, Options(mode="daily")),
        ("a —mode daily —at 9", "a " + " " * 17, Options(mode="daily", at="09:00")),
        ("a —format wars", "a —format wars", Options()),
        ("a -mode daily", "a -mode daily", Options()),
        ("title:mode", "title:mode", Options()),
    ],
)
def test_options_leave_equally_many_spaces_behind(text: str, rest: str, expected: Options) -> None:
    assert options.split(text, ZONES) == (rest, expected)


@pytest.mark.parametrize(
    ("text", "start", "said"),
    [
        ("x mode:hourly", 7, "instant, daily or weekly"),
        ("at:25:00", 3, "24 hours"),
        ("at:", 0, "24 hours"),
        ("tz:Mars", 3, "Europe/Berlin"),
        ("at:13pm", 3, "24 hours"),
        ("x —mode=hourly", 8, "instant, daily or weekly"),
        ("days:m,w", 5, "mon-fri"),
        ("days:mon-fry", 5, "mon-fri"),
        ("days:", 0, "mon-fri"),
        ("format:tiny", 7, "compact, card or full"),
        ("max:0", 4, "from 1"),
        ("max:²", 4, "from 1"),
        ("thread:yes", 7, "ask, auto or off"),
        ("mode:daily mode:weekly", 11, "twice"),
    ],
)
def test_a_wrong_option_names_its_place_and_what_is_allowed(text: str, start: int, said: str) -> None:
    with pytest.raises(OptionError) as wrong:
        options.split(text, ZONES)
    assert wrong.value.start == start
    assert said in str(wrong.value)


@given(
    st.builds(
        Options,
        mode=st.sampled_from([None, "instant", "daily", "weekly"]),
        at=st.sampled_from([None, "00:00", "09:30", "23:59"]),
        tz=st.sampled_from([None, *sorted(ZONES)]),
        days=st.sampled_from([None, "mon", "mon-fri", "mon,wed", "sat,sun", "mon-sun"]),
        format=st.sampled_from([None, "compact", "card", "full"]),
        max=st.none() | st.integers(1, 100),
        thread=st.sampled_from([None, "ask", "auto", "off"]),
    )
)
def test_written_options_are_read_back_the_same(wanted: Options) -> None:
    rest, found = options.split(options.write(wanted), ZONES)
    assert found == wanted
    assert not rest.strip()


@given(st.text(max_size=200))
def test_no_words_raise_anything_but_the_option_error(text: str) -> None:
    wrong: OptionError | None = None
    rest = text
    try:
        rest, _ = options.split(text)
    except OptionError as error:
        wrong = error
    assert len(rest) == len(text)
    assert wrong is None or 0 <= wrong.start <= len(text)


def test_a_time_zone_that_does_not_exist_is_refused_and_never_read_as_utc() -> None:
    """By the zones of this system, when nobody names others; the place is marked."""
    with pytest.raises(OptionError, match="tz: takes a time zone") as refused:
        options.split("LLM tz:Mars/Phobos")
    assert refused.value.caret().splitlines()[1].strip() == "^" * len("Mars/Phobos")
    assert options.split("tz:asia/kolkata")[1].tz == "Asia/Kolkata"


def test_at_once_is_at_once_on_every_day_unless_somebody_names_days() -> None:
    """The weekdays that a platform begins with are those of its digest."""
    team = Customs(Channel("slack", "T1/C1"))
    assert options.effective(Options(), team).days == "mon-fri"
    assert options.effective(Options(mode="instant"), team).days == "mon-sun"
    assert options.effective(Options(mode="instant", days="mon-thu"), team).days == "mon-thu"
    named = Customs(team.channel, Options(days="tue"))
    assert options.effective(Options(mode="instant"), named).days == "tue"
