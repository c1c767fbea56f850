# One directory is one CMake target. The files of the directory decide what is built:
#   x.cpp             the library dim_NAME
#   x_test.cpp        a unit test, in NAME_test, ctest label "unit"
#   x_root_test.cpp   needs root and its own namespaces, label "root"
#   x_daemon_test.cpp runs real daemons on loopback or in its own network namespaces, label "daemon"
#   x_fuzz.cpp        a fuzz target of its own (DIM_FUZZ, libdim/testing/fuzz.hpp), label "fuzz"
#   main.cpp          belongs to the executable, see dim_executable

add_library(dim_flags INTERFACE)
target_compile_options(dim_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion
    -Wno-sign-conversion -Werror "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees overlapping copies and copies out of bounds in std::string's own functions (GCC bugs 105651, 105329).
    target_compile_options(dim_flags INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    # ... and takes what std::expected moves for uninitialized (105562); clang, clang-analyzer and the sanitizers look for that.
    target_compile_options(dim_flags INTERFACE -Wno-maybe-uninitialized)
    # What a unity source includes looks like a header to it, whose unnamed namespaces would differ from source to source.
    target_compile_options(dim_flags INTERFACE $<$<BOOL:${DIM_UNITY}>:-Wno-subobject-linkage>)
endif()
target_compile_definitions(dim_flags INTERFACE DIM_VERSION="${PROJECT_VERSION}")
target_include_directories(dim_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(DIM_SANITIZE)
    target_compile_options(dim_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(dim_flags INTERFACE -fsanitize=address,undefined)
endif()
if(DIM_FUZZ)
    target_compile_options(dim_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND NOT DIM_AGENT_ONLY)
    target_link_options(dim_flags INTERFACE -fuse-ld=lld)
endif()

# What every fuzz target has besides its own source: libdim/testing/fuzz.hpp.
if(DIM_FUZZ)
    add_library(dim_fuzz_seeds OBJECT EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/libdim/testing/fuzz_seeds.cpp")
    target_link_libraries(dim_fuzz_seeds PRIVATE dim_flags)
endif()

# dim_unity(TARGET RESULT SOURCES...): with DIM_UNITY, one source that includes all, by paths that are the same wherever the tree lies
# (CMake's own unity sources have absolute ones, which a compiler cache takes for others in each clone); else SOURCES as they are.
function(dim_unity target result)
    if(DIM_UNITY)
        set(content "")
        foreach(source IN LISTS ARGN)
            cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_SOURCE_DIR}")
            string(APPEND content "#include \"${source}\"\n")
        endforeach()
        set(unity "${CMAKE_CURRENT_BINARY_DIR}/${target}.unity.cpp")
        file(CONFIGURE OUTPUT "${unity}" CONTENT "${content}" @ONLY)
        set(${result} "${unity}" PARENT_SCOPE)
    else()
        set(${result} "${ARGN}" PARENT_SCOPE)
    endif()
endfunction()

# dim_library(NAME LINK target... [TEST_LINK target...] [NOT_AGENT source...]): the library and the tests of the current
# directory; NOT_AGENT sources are left out of the agent's build.
function(dim_library name)
    cmake_parse_arguments(arg "" "" "LINK;TEST_LINK;NOT_AGENT" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|/main)\\.cpp$")
    if(DIM_AGENT_ONLY AND arg_NOT_AGENT)
        list(TRANSFORM arg_NOT_AGENT PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
        list(REMOVE_ITEM sources ${arg_NOT_AGENT})
    endif()
    if(sources)
        dim_unity(dim_${name} sources ${sources})
        add_library(dim_${name} STATIC ${sources})
        target_link_libraries(dim_${name} PUBLIC dim_flags ${arg_LINK})
    else()
        add_library(dim_${name} INTERFACE)
        target_link_libraries(dim_${name} INTERFACE dim_flags ${arg_LINK})
    endif()
    dim_tests(${name} LINK dim_${name} ${arg_TEST_LINK})
endfunction()

# dim_executable(NAME LINK target...): main.cpp of the current directory.
function(dim_executable name)
    cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
    add_executable(${name} main.cpp)
    target_link_libraries(${name} PRIVATE dim_flags ${arg_LINK})
    if(NOT DIM_AGENT_ONLY)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
    endif()
endfunction()

# dim_tests(NAME LINK target...): every kind of test of the current directory.
function(dim_tests name)
    cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
    if(DIM_AGENT_ONLY OR NOT DIM_TESTS)
        return()
    endif()
    file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
    set(root_tests ${tests})
    set(daemon_tests ${tests})
    list(FILTER root_tests INCLUDE REGEX "_root_test\\.cpp$")
    list(FILTER daemon_tests INCLUDE REGEX "_daemon_test\\.cpp$")
    list(FILTER tests EXCLUDE REGEX "_(root|daemon)_test\\.cpp$")
    dim_test_executable(${name}_test unit 120 "${tests}" ${arg_LINK})
    dim_test_executable(${name}_root_test root 240 "${root_tests}" ${arg_LINK})
    dim_test_executable(${name}_daemon_test daemon 360 "${daemon_tests}" ${arg_LINK})
    if(DIM_FUZZ)
        file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cpp)
        foreach(source IN LISTS fuzzers)
            get_filename_component(fuzzer "${source}" NAME_WE)
            add_executable(${fuzzer} "${source}")
            target_link_libraries(${fuzzer} PRIVATE ${arg_LINK} dim_fuzz_seeds dim_testing)
            target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
            add_test(NAME fuzz.${fuzzer} COMMAND "${CMAKE_SOURCE_DIR}/scripts/fuzz" --test $<TARGET_FILE:${fuzzer}> ${DIM_FUZZ_SECONDS})
            set_tests_properties(fuzz.${fuzzer} PROPERTIES LABELS fuzz TIMEOUT 600)
        endforeach()
    endif()
endfunction()
set(DIM_FUZZ_SECONDS 3 CACHE STRING "Seconds each fuzz target runs as a test")

# One GoogleTest program is one test, so that it sets up its namespaces once. Several run at a time, so none may take a name,
# a path or an address that another one could have, outside namespaces of its own.
function(dim_test_executable target label timeout sources)
    if(NOT sources)
        return()
    endif()
    dim_unity(${target} sources ${sources})
    add_executable(${target} ${sources})
    target_link_libraries(${target} PRIVATE ${ARGN} dim_testing GTest::gmock_main)
    add_test(NAME ${label}.${target} COMMAND ${target})
    set_tests_properties(${label}.${target} PROPERTIES LABELS ${label} TIMEOUT ${timeout})
endfunction()
