"""What is not known of an antenna or a clock is absent from the metrics, never 0."""

from edge.daemon.health import Details, Health, metrics_text

HEALTH = Health(
    backlog=0,
    oldest_unsent_s=0.0,
    connected=True,
    readers_up=1,
    readers_down=0,
    reads_total=10,
    reads_folded=0,
    loop_lag_ms=5.0,
    disk_free_bytes=10**9,
    clock_synchronised=True,
    alerts=0,
    antennas_faulty=1,
)


def antenna(port: int, usual: float | None) -> dict[str, object]:
    return {
        "reader": "dock",
        "port": port,
        "location": "gate",
        "state": "good",
        "reads_per_s": 7.5,
        "usual_reads_per_s": usual,
        "rssi_dbm": -61.0,
        "usual_rssi_dbm": usual,
    }


def test_each_antenna_and_each_clock_has_its_figures_and_no_others() -> None:
    clock = {"quality": "utc", "offset_ms": 1.5, "drift_ppm": None, "jumps": 0}
    figures = {"up": True, "reads": 7, "errors": 1, "connections": 2}
    readers = [{"name": "dock", "clock": clock, **figures}]
    readers.append({"name": "new", "clock": None, **figures, "up": False})

    text = metrics_text(
        lambda: HEALTH, lambda: Details(readers, [antenna(1, 8.0), antenna(2, None)])
    )

    assert 'warehouse_edge_antenna_reads_per_s{port="2",reader="dock"} 7.5' in text
    assert 'warehouse_edge_antenna_usual_reads_per_s{port="1",reader="dock"} 8.0' in text
    assert 'usual_reads_per_s{port="2"' not in text
    assert 'warehouse_edge_reader_clock_offset_ms{reader="dock"} 1.5' in text
    assert "drift_ppm{" not in text
    assert 'clock_offset_ms{reader="new"}' not in text
    assert 'warehouse_edge_reader_clock_quality{quality="utc",reader="dock"} 1.0' in text
    assert 'warehouse_edge_reader_up{reader="dock"} 1.0' in text
    assert 'warehouse_edge_reader_up{reader="new"} 0.0' in text
    assert 'warehouse_edge_reader_connections{reader="dock"} 2.0' in text
    assert 'antenna_state{location="gate",port="2",reader="dock",state="good"} 1.0' in text
    assert "warehouse_edge_antennas_faulty 1.0" in text
