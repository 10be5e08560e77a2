from aso_network.boxed import Unseen


class BallotEnvelope(Unseen):
	"""One vote that came online, sealed. Written by `polling.casting` and by nothing and nobody else; read by nobody."""
