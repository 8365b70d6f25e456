"""Calls as other programs know them, over the engine as it is: `engine.load(model).generate(…)` and its kin.

`loaded` has the models, `speaking` and `hearing` what they do, `asked` and `options` what may be asked of them,
`results` and `heard` what comes back, `joining` one call from text to files, `streams` to chunks and callbacks. Each
call is a thin layer: names and defaults are here, speech and recognition are not. `docs/python.md` lists them all.
"""
