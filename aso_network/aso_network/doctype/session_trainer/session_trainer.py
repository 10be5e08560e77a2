from aso_network.rows import Row


class SessionTrainer(Row):
	pass
