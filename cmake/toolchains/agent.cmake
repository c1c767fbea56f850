# Builds for a blade with the toolchain of scripts/build-toolchain, whose path is given as -DDIM_TOOLCHAIN=PATH or in the
# environment. What the compiler must be told lies in the toolchain itself (target.cfg), the target's name too.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DIM_TOOLCHAIN)  # CMake reads this file again for each of its checks
if(NOT DIM_TOOLCHAIN)
    set(DIM_TOOLCHAIN "$ENV{DIM_TOOLCHAIN}")
endif()
if(NOT EXISTS "${DIM_TOOLCHAIN}/target.cfg")
    message(FATAL_ERROR "DIM_TOOLCHAIN='${DIM_TOOLCHAIN}' is no toolchain. Give the path that scripts/build-toolchain prints: "
        "cmake --preset agent -DDIM_TOOLCHAIN=$(scripts/build-toolchain)")
endif()
set(DIM_TOOLCHAIN "${DIM_TOOLCHAIN}" CACHE PATH "The sysroot that scripts/build-toolchain printed")
file(STRINGS "${DIM_TOOLCHAIN}/target" DIM_TARGET LIMIT_COUNT 1)

set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${DIM_TARGET}")
set(CMAKE_SYSROOT "${DIM_TOOLCHAIN}")
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET "${DIM_TARGET}")
set(CMAKE_CXX_COMPILER_TARGET "${DIM_TARGET}")
# Deterministic archives: no times, no owners.
foreach(language C CXX)
    set(CMAKE_${language}_ARCHIVE_CREATE "<CMAKE_AR> Dqc <TARGET> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endforeach()

# No LTO: with a static musl it breaks unwinding.
set(dim_flags "--config=${DIM_TOOLCHAIN}/target.cfg -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${dim_flags}")
set(CMAKE_CXX_FLAGS_INIT "${dim_flags}")
set(CMAKE_C_FLAGS_MINSIZEREL_INIT "-Os -DNDEBUG")
set(CMAKE_CXX_FLAGS_MINSIZEREL_INIT "-Os -DNDEBUG")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,--gc-sections -Wl,--icf=safe")
set(CMAKE_EXE_LINKER_FLAGS_MINSIZEREL_INIT "-s")  # what goes into a boot file; Debug and RelWithDebInfo keep their symbols

# Programs are this machine's; headers, libraries and packages are the sysroot's alone.
set(CMAKE_FIND_ROOT_PATH "${DIM_TOOLCHAIN}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
