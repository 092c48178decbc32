"""What staff type into the search box: words as the index has them, what a text asks for, and that in words.

Pure: no clock, no database. `parse` never raises; what it does not understand is looked for as words.
"""
