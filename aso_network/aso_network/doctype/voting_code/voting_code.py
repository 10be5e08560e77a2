from aso_network.boxed import Unseen


class VotingCode(Unseen):
	"""A code on a slip, hashed: whose row of the roll it marks."""
