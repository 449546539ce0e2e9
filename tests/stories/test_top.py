"""An operator watches the gateway in a terminal, on it and from elsewhere."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli.app import assemble
from edge.cli.top import TOKEN_VARIABLE
from edge.daemon.broker import free_port
from tests.stories.running import PLAIN_GATEWAY, SUPERVISOR, configured, hall_of, running

pytestmark = pytest.mark.story
TOKEN, GUESSED = "for-watching-only", "guessed"
GATEWAY = (
    PLAIN_GATEWAY
    + SUPERVISOR
    + """
[[reader]]
name = "gone"
host = "127.0.0.1"
port = 1
[[token]]
name = "far"
sha256 = "{digest}"
scopes = ["look", "ready"]
"""
)


def top(*words: object, token: str | None = None) -> Result:
    return CliRunner().invoke(
        assemble(),
        ["top", "--once", *map(str, words)],
        env={TOKEN_VARIABLE: token, "COLUMNS": "120"},
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    text = GATEWAY.replace("{digest}", hashlib.sha256(TOKEN.encode()).hexdigest())
    return configured(tmp_path, text, hall_of("gone"), web_port=free_port())


def test_who_may_read_the_session_key_sees_readers_queue_and_alerts(config: Path) -> None:
    # given: a gateway whose only reader does not answer
    before = top("--config", config)
    with running(config) as client:
        url = str(client.base_url)

        # when: it is looked at on the gateway, and from elsewhere with a token
        here = top("--config", config)
        (line,) = top("--config", config, "--json").stdout.splitlines()
        far = top("--url", url, token=TOKEN)
        strangers = [top("--url", url, token=GUESSED), top("--url", url)]
    after = top("--config", config)

    # then: it says that it is ready, and what is down
    assert here.exit_code == far.exit_code == 0, here.output + far.output
    for told in (here.stdout, far.stdout):
        assert "READY" in told
        assert "readers 0 up, 1 down" in told
        assert "gone" in told
    assert json.loads(line)["ready"]["readers_down"] == 1
    # and: whoever has no key and no token is told what is missing
    assert [one.exit_code for one in strangers] == [2, 2]
    assert "answers 401" in strangers[0].stderr
    assert TOKEN_VARIABLE in strangers[1].stderr
    # and: a gateway that has never run or does not run is named
    assert (before.exit_code, after.exit_code) == (2, 2)
    assert "has never run" in before.stderr
    assert "does it run?" in after.stderr
