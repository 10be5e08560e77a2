"""Elections on a site: the contest and its rules, candidacies, the roll, the box, the count.

What is counted and how is pure and stands in `aso_network.elections`; here it meets the database.
"""
