"""What the form to sign in waits for."""

import json
import subprocess
import sys

LOOK = """
import json, sys
from mobile_app import main
from mobile_app.app import reading_ahead
ours = lambda: {name for name in sys.modules if name.startswith("mobile_app.")}
first = ours()
*_, = reading_ahead()
ahead = ours()
from mobile_app import inside
print(json.dumps([sorted(first), sorted(ours() - ahead)]))
"""


def test_the_form_waits_for_nothing_behind_it_which_is_there_once_read_ahead() -> None:
    found = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True, timeout=60)
    first, missing = json.loads(found.stdout)
    assert {name.split(".")[2] for name in first if name.startswith("mobile_app.features.")} == {"sign_in"}
    assert "mobile_app.inside" not in first
    assert missing == []
