app_name = "aso_network"
app_title = "ASO Network"
app_publisher = "ASO Network contributors"
app_description = "Run a network of civil-society organisations: members, meetings, elections, training"
app_email = "info@example.org"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]
