"""How the documentation is built: `make docs`."""

project = "Gatepost"
copyright = "the Gatepost authors"  # noqa: A001 -- Sphinx's name
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Gatepost"
myst_heading_anchors = 3
exclude_patterns = ["_build"]
suppress_warnings = ["misc.highlighting_failure"]  # a console block may show half a sentence in quotes
