"""Pictures of platforms, fetched by this server alone: checked address, checked content, drawn anew, kept for a while.

addresses   whether an address may be fetched at all, and whether a machine's address is a public one
fetch       one bounded request, to the very machine that was checked
pictures    from bytes to pixels and back, so that nothing else comes through
album       what was made of them, on disk, bounded and with an end
"""
