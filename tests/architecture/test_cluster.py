"""The example of a cluster hangs together, as far as that shows without one."""

import re
from pathlib import Path
from typing import Any

import typer
import yaml

from simulators.__main__ import app

FOLDER = Path(__file__).parents[2] / "config" / "cluster"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
BROKERS = {name for name in SERVICES if name.startswith("broker-")}


def test_every_broker_knows_the_others_by_their_names() -> None:
    for name in BROKERS:
        environment = SERVICES[name]["environment"]
        seeds = re.findall(r"emqx@([\w-]+)", environment["EMQX_CLUSTER__STATIC__SEEDS"])
        assert set(seeds) == BROKERS
        assert environment["EMQX_NODE__NAME"] == f"emqx@{name}"
        assert SERVICES[name]["hostname"] == name


def test_the_balancer_knows_every_broker() -> None:
    servers = re.findall(
        r"^\s+server ([\w-]+) \1:1883 check$", (FOLDER / "haproxy.cfg").read_text(), re.MULTILINE
    )
    assert set(servers) == BROKERS == set(SERVICES["balancer"]["depends_on"])


def test_the_workers_command_is_one_that_there_is() -> None:
    words = SERVICES["worker"]["command"][-1].partition("exec warehouse-sim ")[2].split()
    command: Any = typer.main.get_command(app)
    with command.commands[words[0]].make_context(words[0], words[1:]) as context:
        told = context.params
    host, port = told["broker"].split(":")
    assert (host in SERVICES, port, told["share"]) == (True, "1883", "central")
    assert re.match(r"postgresql://edge@books:5432/books$", told["store"])
    assert SERVICES["books"]["environment"]["POSTGRES_DB"] == "books"


def test_what_a_service_needs_is_there() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        assert "restart" in service, f"{name} would stay dead"
