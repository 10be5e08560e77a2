from aso_network.rows import Row


class MeetingDecision(Row):
	pass
