from aso_network.rows import Row


class SessionParticipant(Row):
	pass
