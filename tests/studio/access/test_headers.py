"""What every answer carries, and what none does."""

import pytest
from starlette.datastructures import MutableHeaders

from studio.access.headers import secure


@pytest.mark.parametrize("name", ["access-control-allow-origin", "Access-Control-Allow-Credentials", "server"])
def test_no_answer_lets_other_sites_read_it_or_says_what_serves_it(name: str) -> None:
    headers = MutableHeaders({name: "*", "x-other": "1"})
    secure(headers)
    assert name not in headers
    assert headers["x-other"] == "1"
    assert headers["x-content-type-options"] == "nosniff"
