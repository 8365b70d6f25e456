"""A folder of this machine as the default model stands in the picker like the others."""

import json
from pathlib import Path

from studio.page.voices import models, offered


def test_a_default_that_is_a_folder_is_offered_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my-orpheus"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "vocab_size": 156_940}))
    names = [name for name, value in models("speak", None, str(folder)) if value == str(folder)]
    assert len(names) == 1
    assert names[0].startswith("my-orpheus")
    assert offered("speak", str(folder))[-1].tags[0] == "laugh"


def test_a_default_that_does_not_exist_is_not_offered() -> None:
    assert "nobody/nothing" not in [value for _, value in models("speak", None, "nobody/nothing")]
    values = [value for _, value in models("speak", None, "espeak-ng")]
    assert values.count("espeak-ng") == 1
