"""From a bare machine to a running one: packages, native libraries, servers, child processes.

`door`, `environment`, `native`, `places` and `clean` use the standard library only, because they run before
anything is installed; `servers` and what it starts run afterwards. No module here imports Django.
"""
