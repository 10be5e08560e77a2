from aso_network.rows import Row


class NetworkGoalLink(Row):
	pass
