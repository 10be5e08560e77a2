from aso_network.rows import Row


class ElectionResultSignature(Row):
	pass
