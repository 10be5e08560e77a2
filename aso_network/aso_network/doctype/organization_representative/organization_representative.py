from aso_network.rows import Row


class OrganizationRepresentative(Row):
	pass
