install(FILES packaging/systemd/dim-imageserver.service DESTINATION lib/systemd/system)
install(FILES packaging/apparmor/dhcpd.d-dim DESTINATION /etc/apparmor.d/dhcpd.d RENAME dim)
