from aso_network.rows import Row


class TrainingSessionPart(Row):
	pass
