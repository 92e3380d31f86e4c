#include "tests/support/temporary_postgres.h"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartDeadline{30};
constexpr std::chrono::milliseconds kPoll{20};

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "temporary PostgreSQL: %s\n", what.c_str());
    std::abort();
}

fs::path newest_programs() {
    std::vector<fs::path> found;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ec))
        if (fs::exists(entry.path() / "bin" / "initdb")) found.push_back(entry.path() / "bin");
    if (found.empty()) die("no PostgreSQL server is installed in /usr/lib/postgresql");
    return *std::ranges::max_element(found);
}

std::uint16_t free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, generic, length) != 0 || getsockname(listener, generic, &length) != 0)
        die("no free port on loopback");
    close(listener);
    return ntohs(address.sin_port);
}

// PostgreSQL refuses to run as root; root runs it as somebody else.
const passwd* unprivileged_user() {
    if (geteuid() != 0) return nullptr;
    for (const char* name : {"postgres", "nobody"})
        if (const passwd* user = getpwnam(name)) return user;
    die("root cannot run PostgreSQL, and there is no user postgres or nobody");
}

// Starts a program that dies with this process; its output goes to the file `log`.
pid_t spawn(const std::vector<std::string>& command, const fs::path& log) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const passwd* user = unprivileged_user();
    const pid_t child = fork();
    if (child < 0) die("cannot fork");
    if (child > 0) return child;
    if (user != nullptr &&
        (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (chdir("/") != 0) _exit(126);
    // A test may have blocked the signals that stop it.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(arguments.front(), arguments.data());
    _exit(127);
}

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// Gone, or dead and waiting for a parent that does not care.
bool is_gone(pid_t pid) {
    const std::string stat = text_of("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_end = stat.rfind(") ");
    return name_end == std::string::npos || stat[name_end + 2] == 'Z';
}

bool ended(pid_t child) {
    return waitpid(child, nullptr, WNOHANG) == child;
}

}  // namespace

TemporaryPostgres::TemporaryPostgres(std::vector<std::string> settings)
    : programs_(newest_programs()), settings_(std::move(settings)), port_(free_port()) {
    std::string name = (fs::temp_directory_path() / "crm-postgres-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) die("cannot make a temporary folder");
    folder_ = name;
    if (const passwd* user = unprivileged_user())
        if (chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) die("cannot give the folder away");
    const pid_t initdb = spawn({programs_ / "initdb", "-D", folder_ / "data", "-U", "crm", "-A", "trust",
                                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                               folder_ / "log");
    int status = 0;
    if (waitpid(initdb, &status, 0) != initdb || status != 0)
        die("initdb failed:\n" + text_of(folder_ / "log"));
    start();
}

TemporaryPostgres::~TemporaryPostgres() {
    if (postmaster_ != 0) end(SIGQUIT);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string TemporaryPostgres::uri(const std::string& database) const {
    return "postgresql://crm@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string TemporaryPostgres::create_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    PGconn* connection = PQconnectdb(uri("postgres").c_str());
    PGresult* result = PQexec(connection, ("create database " + name).c_str());
    const bool created = PQresultStatus(result) == PGRES_COMMAND_OK;
    const std::string error = PQerrorMessage(connection);
    PQclear(result);
    PQfinish(connection);
    if (!created) die("cannot create a database: " + error);
    return name;
}

void TemporaryPostgres::stop() {
    end(SIGINT);
}

void TemporaryPostgres::kill() {
    end(SIGKILL);
}

void TemporaryPostgres::end(int signal) {
    const std::vector<pid_t> all = processes();
    ::kill(postmaster_, signal);
    waitpid(postmaster_, nullptr, 0);
    postmaster_ = 0;
    // After SIGKILL the others notice by themselves that the postmaster is gone, and end.
    while (!std::ranges::all_of(all, is_gone)) std::this_thread::sleep_for(kPoll);
}

std::vector<pid_t> TemporaryPostgres::processes() const {
    std::vector<pid_t> all{postmaster_};
    const std::string pid = std::to_string(postmaster_);
    std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
    for (pid_t child = 0; children >> child;) all.push_back(child);
    return all;
}

void TemporaryPostgres::freeze() {
    for (const pid_t pid : processes()) ::kill(pid, SIGSTOP);
}

void TemporaryPostgres::thaw() {
    for (const pid_t pid : processes()) ::kill(pid, SIGCONT);
}

void TemporaryPostgres::start() {
    std::vector<std::string> command{
        programs_ / "postgres",       "-D", folder_ / "data",           "-p", std::to_string(port_), "-c",
        "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",           "-c",
        "max_connections=200"};
    for (const std::string& setting : settings_) {
        command.emplace_back("-c");
        command.push_back(setting);
    }
    postmaster_ = spawn(command, folder_ / "log");
    const auto deadline = std::chrono::steady_clock::now() + kStartDeadline;
    while (PQping(uri("postgres").c_str()) != PQPING_OK) {
        if (std::chrono::steady_clock::now() > deadline || ended(postmaster_))
            die("the server does not start:\n" + text_of(folder_ / "log"));
        std::this_thread::sleep_for(kPoll);
    }
}

}  // namespace support
