"""Words of the command line that cannot be used: one sentence, and the command that mends it."""

from __future__ import annotations

import pytest

from bot.__main__ import main


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("frobnicate", "There is no command 'frobnicate'. `paper-round --help` lists them all."),
        ("subscibe local:general birds", "There is no command 'subscibe'; did you mean subscribe?"),
        ("--verbose", "`paper-round run` has no option --verbose. `paper-round run --help` says what it takes."),
        ("run --sorce=x", "has no option --sorce; did you mean --source?"),
        ("subscribe local:general birds --jsno", "`paper-round subscribe` has no option --jsno; did you mean --json?"),
        ("--store x.db doctor --ofline", "`paper-round doctor` has no option --ofline; did you mean --offline?"),
        ("run extra", "`paper-round run` takes no 'extra' here."),
        ("feed", "`paper-round feed` needs SOURCE (SOURCE is an https: address, a file,"),
        ("subscribe", "needs CHANNEL and RULE (CHANNEL is local:NAME, slack:TEAM/CHANNEL or discord:SERVER/CHANNEL;"),
        ("match sample:", "`paper-round match` needs --rule or --rules."),
        ("match --rule a --rules b sample:", "--rules: not allowed with argument --rule"),
        ("--config", "--config needs a value after it."),
        ("held give", "`paper-round held` takes release or discard here, not 'give'."),
        ("setup teams", "`paper-round setup` takes slack or discord here, not 'teams'."),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_remedy(
    words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2; a line on stderr and nothing else, no usage to read through."""
    assert main(words.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("command", ["run", "feed", "match", "subscribe", "held", "restore", "setup"])
def test_each_command_says_what_it_does_and_what_it_takes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"usage: paper-round {command}" in said
    assert said.split("\n\n")[1].strip().endswith(".")


def test_setting_up_discord_is_four_steps_that_end_in_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "discord"]) == 0
    said = capsys.readouterr().out
    assert "DISCORD_TOKEN=" in said
    assert "4. In a channel type: /subscribe" in said
