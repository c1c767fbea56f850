# What `cmake --install` puts on an image server; the agent and the kernel kit are built with other tools and go to
# /usr/lib/dim (docs/quickstart.md).
include(GNUInstallDirs)

install(TARGETS imageserver DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS dim DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(name dim_dhcp dim_image dim_nfs dim_buildzimage)
    install(FILES "$<TARGET_FILE_DIR:dim>/${name}" DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES docs/man/imageserver.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES packaging/systemd/dim-imageserver.service DESTINATION lib/systemd/system)
install(FILES packaging/apparmor/dhcpd.d-dim DESTINATION /etc/apparmor.d/dhcpd.d RENAME dim)
