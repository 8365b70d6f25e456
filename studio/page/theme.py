"""How the page looks: one Gradio theme, one stylesheet, and the head that names our script. It knows no tab.

No font, script or style comes from another host, so the page works offline.
"""

from urllib.parse import quote

from gradio.themes import Base, Color, Size

from studio.page import scripts

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 46 46"><rect width="46" height="46" rx="13" fill="#17545a"/>'
    '<path d="M11 18v10M17 13v20M23 9v28M29 15v16M35 19v8" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>'
    "</svg>"
)

SANS = (
    "Avenir Next",
    "Avenir",
    "Segoe UI",
    "Helvetica Neue",
    "Inter",
    "Cantarell",
    "Ubuntu",
    "Liberation Sans",
    "system-ui",
    "sans-serif",
)
MONO = ("SF Mono", "Menlo", "Cascadia Mono", "Consolas", "Liberation Mono", "ui-monospace", "monospace")

# Petrol ink on warm paper.
PETROL = Color(
    c50="#eef5f3", c100="#dcebe8", c200="#b9d7d3", c300="#8fbfba", c400="#5b9f9b", c500="#35807f", c600="#1f6669",
    c700="#17545a", c800="#134449", c900="#10373c", c950="#0a2529", name="petrol",
)  # fmt: skip
PAPER = Color(
    c50="#fbf9f5", c100="#f5f1ea", c200="#e9e3d8", c300="#d6cec0", c400="#a8a196", c500="#7b766e", c600="#5c5953",
    c700="#41403c", c800="#2b2b2a", c900="#1d1f20", c950="#141617", name="paper",
)  # fmt: skip
RADIUS = Size(xxs="3px", xs="4px", sm="6px", md="9px", lg="12px", xl="16px", xxl="22px", name="studio")


class StudioTheme(Base):
    """Calm paper and petrol by day, warm charcoal and pale jade by night."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=PETROL, secondary_hue=PETROL, neutral_hue=PAPER, radius_size=RADIUS, font=SANS, font_mono=MONO
        )
        self.name = "studio"
        self.set(
            body_background_fill="*neutral_100",
            body_background_fill_dark="*neutral_950",
            body_text_color="*neutral_900",
            body_text_color_dark="#e9e5dc",
            body_text_color_subdued="*neutral_600",
            body_text_color_subdued_dark="#a9a69e",
            background_fill_primary="#fffdf9",
            background_fill_primary_dark="#1e2123",
            background_fill_secondary="*neutral_50",
            background_fill_secondary_dark="#191b1d",
            border_color_primary="*neutral_200",
            border_color_primary_dark="#33373a",
            border_color_accent="*primary_300",
            border_color_accent_dark="*primary_700",
            block_background_fill="#fffdf9",
            block_background_fill_dark="#1e2123",
            block_border_width="1px",
            block_border_color="*neutral_200",
            block_border_color_dark="#33373a",
            block_radius="*radius_lg",
            block_shadow="none",
            block_label_background_fill="transparent",
            block_label_background_fill_dark="transparent",
            block_label_border_width="0px",
            block_label_text_color="*neutral_600",
            block_label_text_color_dark="#a9a69e",
            block_label_text_weight="500",
            block_title_text_color="*neutral_600",
            block_title_text_color_dark="#a9a69e",
            block_title_text_weight="500",
            block_title_text_size="0.84rem",
            block_info_text_color="*neutral_600",
            block_info_text_color_dark="#a9a69e",
            input_background_fill="#ffffff",
            input_background_fill_dark="#16191a",
            input_border_color="*neutral_300",
            input_border_color_dark="#3d4245",
            input_border_color_focus="*primary_600",
            input_border_color_focus_dark="*primary_300",
            input_border_width="1px",
            input_border_width_dark="1px",
            input_shadow_focus="0 0 0 3px rgba(31, 102, 105, 0.18)",
            input_shadow_focus_dark="0 0 0 3px rgba(143, 191, 186, 0.22)",
            input_radius="*radius_md",
            input_placeholder_color="*neutral_500",
            input_placeholder_color_dark="#8b8982",
            button_large_radius="*radius_md",
            button_medium_radius="*radius_md",
            button_small_radius="*radius_md",
            button_large_text_weight="600",
            button_medium_text_weight="600",
            button_primary_background_fill="*primary_700",
            button_primary_background_fill_hover="*primary_800",
            button_primary_text_color="#ffffff",
            button_primary_background_fill_dark="#8fcdc4",
            button_primary_background_fill_hover_dark="#a6dbd3",
            button_primary_text_color_dark="#0c2325",
            button_primary_border_color="transparent",
            button_primary_border_color_dark="transparent",
            button_secondary_background_fill="#fffdf9",
            button_secondary_background_fill_hover="*neutral_100",
            button_secondary_background_fill_dark="#25292b",
            button_secondary_background_fill_hover_dark="#2d3235",
            button_secondary_border_color="*neutral_300",
            button_secondary_border_color_dark="#3d4245",
            button_secondary_text_color="*neutral_800",
            button_secondary_text_color_dark="#e9e5dc",
            checkbox_background_color_selected="*primary_700",
            checkbox_background_color_selected_dark="#5fa79f",
            checkbox_border_color="*neutral_400",
            checkbox_border_color_dark="#62676a",
            slider_color="*primary_600",
            slider_color_dark="#8fcdc4",
            link_text_color="*primary_700",
            link_text_color_dark="#8fcdc4",
            color_accent_soft="*primary_50",
            color_accent_soft_dark="#20302f",
            loader_color="*primary_600",
            loader_color_dark="#8fcdc4",
            error_background_fill="#fdf1ee",
            error_border_color="#d9a398",
            error_text_color="#8c2f22",
        )


def head() -> str:
    """Stylesheet and script, for `head=`. (`css=` would rewrite our selectors.)

    Scripts come by address, never inline: the page's content security policy runs no script that arrives as text.
    """
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    icon = f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}">'
    style = f"<style>\n{(scripts.ASSETS / 'style.css').read_text(encoding='utf-8')}\n</style>"
    return "\n".join([viewport, icon, style, *scripts.tags()])
