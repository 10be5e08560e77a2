from aso_network.rows import Row


class OperationalBodyMember(Row):
	pass
