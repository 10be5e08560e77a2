from aso_network.rows import Row


class ElectionCommitteeMember(Row):
	pass
