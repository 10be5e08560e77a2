"""The story of `source-text`: three platforms, a general meeting, a paper election, a trained youth.

`story.load`, `story.remove` and `story.logins` are what `make demo` calls. What the source text does not
say is invented and marked “(demo)”.
"""
