"""What the daemon takes into memory: what it does not use until asked stays on the disk."""

import subprocess
import sys

_SHOWN = """
import sys
import edge.compose.running
print(*(one for one in ("cryptography.x509",) if one in sys.modules))
"""


def test_the_daemon_takes_no_certificates_into_memory_until_asked() -> None:
    program = [sys.executable, "-c", _SHOWN]
    told = subprocess.run(program, check=False, capture_output=True, text=True)

    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == []
