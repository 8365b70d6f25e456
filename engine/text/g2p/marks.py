"""The marks of Chinese and Japanese text, as the voices know them."""

_MARKS = {
    "、": ",", "，": ",", "。": ".", "．": ".", "！": "!", "：": ":", "；": ";", "？": "?", "～": "—", "〜": "—",
    "«": "“", "»": "”", "《": "“", "》": "”", "「": "“", "」": "”", "『": "“", "』": "”", "【": "“", "】": "”",
    "（": "(", "）": ")", "…": "…", "—": "—", "–": "—",
}  # fmt: skip
_KNOWN = frozenset(".,!?:;()“”…—")


def mark_of(mark: str) -> str:
    """What is read for a mark: "" for what is not heard."""
    return _MARKS.get(mark, mark if mark in _KNOWN else "")
