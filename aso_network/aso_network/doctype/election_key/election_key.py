from aso_network.boxed import Unseen


class ElectionKey(Unseen):
	"""The private key of a box that the server opens itself, encrypted; gone once the box is open."""
