# What `cmake --install` puts on an image server: everything it needs. scripts/install builds it and calls that.
#
# Programs, the agent and the kernel kit go below the prefix, and the unit and the built-in paths follow it; /etc/dim, /var/lib/dim and
# /run/dim are the same whatever the prefix, since a machine is one image server. DESTDIR is honoured.
set(DIM_AGENTS "" CACHE PATH "The agents, as ARCHITECTURE/initagent, which are installed for boot files (preset agent)")
set(DIM_KERNEL_KIT "" CACHE PATH "The kernel kit, which is installed for boot files (scripts/build-kernel)")

# Rather nothing than half of it.
if(NOT DIM_AGENTS OR NOT DIM_KERNEL_KIT)
    install(CODE "message(FATAL_ERROR \"Nothing was installed: this build does not know the agents and the kernel of the blades. \"
        \"Use scripts/install, or configure with -DDIM_AGENTS=DIRECTORY -DDIM_KERNEL_KIT=DIRECTORY.\")")
    return()
endif()
# The unit and the programs have the prefix in them.
install(CODE "if(NOT CMAKE_INSTALL_PREFIX STREQUAL \"${CMAKE_INSTALL_PREFIX}\")
    message(FATAL_ERROR \"Nothing was installed: this was built for the prefix ${CMAKE_INSTALL_PREFIX}. \"
        \"Use scripts/install --prefix \${CMAKE_INSTALL_PREFIX}, or DESTDIR to put it elsewhere for packaging.\")
endif()")

# Stripped as with --strip; the programs in the build directory keep their debug information.
install(CODE "set(CMAKE_INSTALL_DO_STRIP TRUE)")
install(TARGETS imageserver DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS dim DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(name dim_dhcp dim_image dim_nfs dim_buildzimage dim_bctool dim_bcadmin dim_sync_master dim_sync_server dim_sync_image syncit)
    install(FILES "$<TARGET_FILE_DIR:dim>/${name}" DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
foreach(architecture ppc64 ppc64le x86_64)
    install(PROGRAMS "${DIM_AGENTS}/${architecture}/initagent" DESTINATION ${DIM_INSTALL_LIBRARY}/agent/${architecture})
endforeach()
install(PROGRAMS "${DIM_AGENTS}/aarch64/initagent" DESTINATION ${DIM_INSTALL_LIBRARY}/agent/aarch64 OPTIONAL)
install(TARGETS blade-exec DESTINATION ${DIM_INSTALL_LIBRARY})
install(DIRECTORY "${DIM_KERNEL_KIT}/" DESTINATION ${DIM_INSTALL_LIBRARY}/kernel-kit USE_SOURCE_PERMISSIONS)

install(DIRECTORY DESTINATION /etc/dim)
configure_file(packaging/systemd/dim-imageserver.service.in dim-imageserver.service @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/dim-imageserver.service" DESTINATION lib/systemd/system)
install(FILES packaging/apparmor/dhcpd.d-dim DESTINATION /etc/apparmor.d/dhcpd.d RENAME dim)

install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES docs/man/imageserver.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
# As they lie in the source tree, so that their links lead somewhere.
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN man EXCLUDE)
install(DIRECTORY packaging DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN systemd EXCLUDE)

# What scripts/install --uninstall removes: every file, without DESTDIR.
install(CODE "set(manifest \"\${CMAKE_INSTALL_PREFIX}/${DIM_INSTALL_LIBRARY}/install-manifest.txt\")
list(JOIN CMAKE_INSTALL_MANIFEST_FILES \"\\n\" files)
file(WRITE \"\$ENV{DESTDIR}\${manifest}\" \"\${files}\\n\${manifest}\\n\")")
