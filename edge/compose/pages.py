"""The web server, wired."""

from collections.abc import Callable, Mapping
from pathlib import Path

from edge import log
from edge.compose.core import VERSION, Core
from edge.compose.setting_up import SetUpDesks
from edge.floor.calibrating import CalibrationBench
from edge.floor.explaining import Explainer
from edge.floor.finding import FinderDesk
from edge.floor.lookups import Lookups
from edge.model.ids import Badge
from edge.settings.gateway import Settings
from edge.sync.wire.asyncapi import document
from edge.web.app import create_app, take_people
from edge.web.dependencies import SessionTimes, Trouble, WebDependencies
from edge.web.host_token import host_service_token
from edge.web.people import Person, Role, Scope, ServiceToken
from edge.web.server import TlsFiles, WebServer


def web_server(
    core: Core,
    bench: CalibrationBench,
    finder: FinderDesk,
    desks: SetUpDesks,
    metrics: Callable[[], str],
    ready: Callable[[], Mapping[str, object]],
) -> tuple[WebServer, Callable[[Settings], None]]:
    """The pages and the API, and how they take up other people and tokens.

    Raises:
        SessionKeyError: the file of the session key cannot be used.
    """
    settings = core.settings
    web = settings.web
    files = (
        TlsFiles(web.certificate_file, web.key_file)
        if web.certificate_file and web.key_file
        else None
    )
    lookups = Lookups(core.store_path, core.board)
    dependencies = WebDependencies(
        inbox=core.inbox,
        board=core.board,
        clock=core.clock,
        floor=core.floor,
        people=_people(settings),
        tokens=_tokens(settings),
        session_key_path=_key_path(settings),
        lookups=lookups,
        explainer=Explainer(core.desk.enquiries, lookups),
        calibration=bench,
        setting_up=desks.looking,
        configuring=desks.changing,
        first_run=desks.first_run,
        log_levels=log,
        finder=finder,
        handhelds=core.handhelds,
        letters=core.letters,
        troubles=tuple(
            Trouble(one.code, one.at, one.en, one.zh, one.short_en, one.short_zh)
            for one in core.troubles
        ),
        metrics=metrics,
        ready=ready,
        protocol=lambda: document(VERSION),
        secure=files is not None,
        enrolled_devices_only=web.enrolled_devices_only,
        readers=frozenset(one.name for one in settings.reader),
        session_times=SessionTimes(
            web.idle_minutes_max * 60, web.session_hours_max * 3600, web.lock_minutes * 60
        ),
    )
    app = create_app(dependencies)
    server = WebServer(app, web.host, web.port, tls=files)
    return server, lambda wanted: take_people(app, _people(wanted), _tokens(wanted))


def _people(settings: Settings) -> tuple[Person, ...]:
    return tuple(
        Person(Badge(one.badge), one.name, Role(one.role), one.pin_hash) for one in settings.person
    )


def _key_path(settings: Settings) -> Path:
    return settings.gateway.data_dir / "session.key"


def _tokens(settings: Settings) -> tuple[ServiceToken, ...]:
    configured = (
        ServiceToken(one.name, one.sha256, frozenset(Scope(scope) for scope in one.scopes))
        for one in settings.token
    )
    return (host_service_token(_key_path(settings)), *configured)
