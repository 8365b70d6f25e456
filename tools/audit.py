"""Whether a fault was published for a version that is installed here: pip-audit's answer, or why there is none.

`python -m tools.audit`, as `make audit` does. Exit status 0: nothing is known; 1: something is; 2: no answer.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

NO_ANSWER = 2


def main(command: Sequence[str] = (sys.executable, "-m", "pip_audit")) -> int:
    """Ask, and say what was found, a line a fault."""
    run = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off", "--skip-editable"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        print("The database of published faults cannot be reached, so nothing was audited. Try again with a network.")
        return NO_ANSWER
    asked = [package for package in packages if "skip_reason" not in package]
    faults = [(package, fault) for package in asked for fault in package.get("vulns", [])]
    for package, fault in faults:
        fixed = ", ".join(fault.get("fix_versions", [])) or "no version yet"
        print(f"{package['name']} {package['version']}: {fault['id']}, fixed in {fixed}")
    if not faults:
        print(f"No fault is published for any of the {len(asked)} packages installed here.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
