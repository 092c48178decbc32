"""Texts that attack a page which shows them: markup, Markdown, addresses, direction marks, and what breaks layouts.

`TRACKER` and `BEACON` are names that no page of ours may ever ask for.
"""

from __future__ import annotations

TRACKER = "http://tracker.invalid/p.png"

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    f"<img src='{TRACKER}'>",
    f"![pixel]({TRACKER})",
    f"[![pixel]({TRACKER})](javascript:alert(3))",
    "<svg onload=alert(4)>",
    "<svg><script>alert(5)</script></svg>",
    "<iframe src=javascript:alert(6)></iframe>",
    "<body onload=alert(7)>",
    "<details open ontoggle=alert(8)>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(9)>",
    "<a href='javascript:alert(10)'>click</a>",
    "javascript:alert(11)",
    "[x](javascript:alert(12))",
    "data:text/html,<script>alert(13)</script>",
    '"><script>alert(14)</script>',
    "'-alert(15)-'",
    "${alert(16)}",
    "{{constructor.constructor('alert(17)')()}}",
    "</textarea><script>alert(18)</script>",
    "</style><script>alert(19)</script>",
    "<style>@import 'http://tracker.invalid/a.css';</style>",
    "<link rel=stylesheet href=http://tracker.invalid/b.css>",
    "<base href=http://tracker.invalid/>",
    "<meta http-equiv=refresh content='0;url=http://tracker.invalid/'>",
    "<form action=http://tracker.invalid/><input autofocus onfocus=alert(20)>",
    "<video src=http://tracker.invalid/v.mp4 autoplay onerror=alert(21)>",
    "<object data=http://tracker.invalid/o.swf>",
    "<template shadowrootmode=open><script>alert(22)</script></template>",
    "&lt;script&gt;alert(23)&lt;/script&gt;",
    "\\u003cscript\\u003ealert(24)\\u003c/script\\u003e",
    "\u202egnp.exe\u202c \u2066hidden\u2069",
    "https://user:pass@tracker.invalid/x<img src=x onerror=alert(25)>",
    "http://tracker.invalid/'onmouseover='alert(26)",
    ":material/delete: :red[danger] $\\href{javascript:alert(27)}{x}$",
    "| a | b |\n|---|---|\n| ![x](http://tracker.invalid/t.png) | <b>c</b> |",
    "# heading\n\n***bold*** ~~gone~~ `code` <u>x</u>",
    "Z̷̢̛̹a̸̡̛͓l̵̨̛͎g̶̡̛͓ơ̷̢͎ " * 6,
    "A" * 260,
    "﷽𒐫𒈙⸻ \u200b\u200d\ufeff \U000e0041\U000e0042",
)
