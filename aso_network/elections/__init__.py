"""The counting core: values in, values out. No Frappe, no clock, no randomness that is not passed in.

An observer can read and run it with nothing but Python (`cli`: the command `aso-network`). `forms.count` is the
one door to every counting form; each form is one module, or shares one with its kin.

- what is counted: `ballots`, `contest`, `rules` (seat rules in words), `blt` and `ballot_csv` (files of ballots)
- the forms: `plurality` (block, limited, approval, cumulative), `majority`, `irv`, `stv`, `unopposed`;
  `seating` solves the seat rules for all of them
- what a count finds, and why: `outcome`, `results` (as JSON), `explain` (in words), `nist`, `result_csv`
- what proves it: `box`, `lot`, `records`, `package`, `canonical`
- before the count: `compare` (two entries of the same papers), `reconcile` (roll, papers and box)
- `errors`: one named error per rule
"""
