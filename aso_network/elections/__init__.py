"""The counting core: values in, values out. No Frappe, no clock, no randomness that is not passed in.

An observer can read and run it with nothing but Python. One module per counting form, each with a
`count(candidates, ballots, …) -> outcome.Outcome`; the other modules serve all forms.

- `ballots`: what one ballot says and whether it counts
- `block`: plurality at large
- `outcome`: what a count finds, and why
- `compare`: two entries of the same papers
- `reconcile`: roll, papers and box against each other
- `records`: canonical JSON, the hashes of roll, box and result
- `errors`: one named error per rule
"""
