from aso_network.rows import Row


class CandidacyEndorsement(Row):
	pass
