#include "libdim/snmp/session.hpp"

#include "libdim/base/text.hpp"
#include "libdim/snmp/library.hpp"
#include "libdim/snmp/session_error.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>
#include <list>
#include <numeric>

// What net-snmp's whole interface leaves out.
#include <net-snmp/library/large_fd_set.h>

namespace dim::snmp {

namespace {

/// Two for each bay of a chassis, and what is asked of the chassis itself: the answer fits one
/// Ethernet packet even when all are texts.
constexpr std::size_t kObjectsPerRequest = 32;

/// One binding of an answer: nothing where the agent has no value.
struct AnswerBinding {
    ObjectId object;
    std::optional<Value> value;
};

struct Answer {
    long status = SNMP_ERR_NOERROR;
    std::size_t index = 0;  ///< which binding the status is about, from 1; 0: none
    std::vector<AnswerBinding> bindings;
};

std::vector<oid> parts_of(const ObjectId& object) {
    return {object.parts().begin(), object.parts().end()};
}

Result<Answer> read_answer(const netsnmp_pdu& pdu) {
    Answer answer{.status = pdu.errstat,
                  .index = static_cast<std::size_t>(std::max(pdu.errindex, 0L)),
                  .bindings = {}};
    for (const auto* variable = pdu.variables; variable != nullptr;
         variable = variable->next_variable) {
        DIM_TRY(auto value, value_of(*variable));
        answer.bindings.push_back(
            {object_id_of(variable->name, variable->name_length), std::move(value)});
    }
    return answer;
}

/// What became of a request; written by the library's callback.
struct Outcome {
    bool is_over = false;
    bool is_released = false;  ///< the library has forgotten the request
    int error = SNMPERR_SUCCESS;
    std::optional<Result<Answer>> answer;
};

/// As net-snmp's own snmp_synch_input.
int receive(int operation, netsnmp_session* /*session*/, int /*request*/, netsnmp_pdu* pdu,
            void* data) {
    auto& outcome = *static_cast<Outcome*>(data);
    if (operation == NETSNMP_CALLBACK_OP_RESEND) return 0;
    outcome.is_over = true;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu == nullptr) {
        const bool has_timed_out = operation == NETSNMP_CALLBACK_OP_TIMED_OUT;
        outcome.is_released = has_timed_out;
        outcome.error = has_timed_out ? SNMPERR_TIMEOUT : SNMPERR_BAD_SENDTO;
        return 1;
    }
    outcome.is_released = true;
    if (pdu->command == SNMP_MSG_RESPONSE) {
        outcome.error = SNMPERR_SUCCESS;
        outcome.answer = read_answer(*pdu);
    } else if (pdu->command == SNMP_MSG_REPORT) {
        outcome.error = snmpv3_get_report_type(pdu);
        // The library sends it again with the agent's time (RFC 3414, section 2.3).
        outcome.is_over = outcome.error != SNMPERR_NOT_IN_TIME_WINDOW;
        outcome.is_released = outcome.is_over;
    } else {
        outcome.error = SNMPERR_PROTOCOL;
    }
    return 1;
}

/// SECRET into KEY, by the authentication's hash (RFC 3414, appendix A.2).
Result<void> make_key(const netsnmp_session& session, const tls::SecretText& secret, u_char* key,
                      std::size_t& length) {
    const auto* const text = reinterpret_cast<const u_char*>(secret.view().data());
    if (generate_Ku(session.securityAuthProto, static_cast<u_int>(session.securityAuthProtoLen),
                    text, secret.view().size(), key, &length) != SNMPERR_SUCCESS)
        return fail(ErrorCode::invalid_input, "net-snmp makes no key of this passphrase");
    return {};
}

Result<void> fill_user(netsnmp_session& session, const User& user, std::string& name) {
    name = user.name;
    session.version = SNMP_VERSION_3;
    session.securityName = name.data();
    session.securityNameLen = name.size();
    const bool is_md5 = user.authentication == Authentication::md5;
    session.securityAuthProto = is_md5 ? usmHMACMD5AuthProtocol : usmHMACSHA1AuthProtocol;
    session.securityAuthProtoLen = USM_AUTH_PROTO_SHA_LEN;
    session.securityAuthKeyLen = USM_AUTH_KU_LEN;
    session.securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
    DIM_CHECK(make_key(session, user.authentication_passphrase, session.securityAuthKey,
                       session.securityAuthKeyLen));
    if (user.privacy == Privacy::none) return {};
    session.securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session.securityPrivProto =
        user.privacy == Privacy::des ? usmDESPrivProtocol : usmAESPrivProtocol;
    session.securityPrivProtoLen = USM_PRIV_PROTO_DES_LEN;
    session.securityPrivKeyLen = USM_PRIV_KU_LEN;
    return make_key(session, user.privacy_passphrase, session.securityPrivKey,
                    session.securityPrivKeyLen);
}

void add_value(netsnmp_pdu& pdu, const ObjectId& object, const Value& value) {
    const auto name = parts_of(object);
    const auto add = [&](u_char type, const void* data, std::size_t size) {
        snmp_pdu_add_variable(&pdu, name.data(), name.size(), type, data, size);
    };
    if (const auto* number = std::get_if<std::int32_t>(&value)) {
        const long wide = *number;
        add(ASN_INTEGER, &wide, sizeof wide);
    } else if (const auto* octets = std::get_if<std::string>(&value)) {
        add(ASN_OCTET_STR, octets->data(), octets->size());
    } else if (const auto* id = std::get_if<ObjectId>(&value)) {
        const auto parts = parts_of(*id);
        add(ASN_OBJECT_ID, parts.data(), parts.size() * sizeof(oid));
    } else {
        const unsigned long wide = std::get<std::uint32_t>(value);
        add(ASN_GAUGE, &wide, sizeof wide);
    }
}

}  // namespace

/// net-snmp's session.
class Session::Library {
public:
    static Result<std::unique_ptr<Library>> open(const Settings& settings,
                                                 const Credentials& credentials) {
        DIM_TRY(auto library, open_handle(settings, credentials));
        if (std::holds_alternative<User>(credentials)) DIM_CHECK(library->discover_engine());
        return library;
    }
    ~Library() {
        const std::scoped_lock lock(library_lock());
        snmp_sess_close(handle_);
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    std::chrono::milliseconds set_timeout(std::chrono::milliseconds timeout) {
        const std::scoped_lock lock(library_lock());
        snmp_sess_session(handle_)->timeout = std::chrono::microseconds(timeout).count();
        return std::exchange(settings_.timeout, timeout);
    }
    int retries() const { return settings_.retries; }
    Result<Answer> exchange(OwnedPdu pdu) { return exchange(std::move(pdu), settings_.retries); }
    /// Errors: those of Session::get without statuses.
    Result<Answer> exchange(OwnedPdu pdu, int retries) {
        DIM_TRY(Outcome outcome, outcome_of(std::move(pdu), retries));
        if (outcome.error == SNMPERR_SUCCESS && !outcome.answer) return another_answer("nothing");
        if (outcome.error == SNMPERR_SUCCESS) return *std::move(outcome.answer);
        return fail(error_of(outcome.error, retries));
    }

private:
    Library(void* handle, const Settings& settings) : handle_(handle), settings_(settings) {}

    static Result<std::unique_ptr<Library>> open_handle(const Settings& settings,
                                                        const Credentials& credentials) {
        const std::scoped_lock lock(library_lock());
        initialise_library();
        netsnmp_session wanted;
        snmp_sess_init(&wanted);
        std::string peer = "udp:" + to_string(settings.agent);
        std::string name;
        tls::SecretText community;
        wanted.peername = peer.data();
        wanted.timeout = std::chrono::microseconds(settings.timeout).count();
        wanted.retries = settings.retries;
        if (const auto* user = std::get_if<User>(&credentials)) {
            DIM_CHECK(fill_user(wanted, *user, name));
        } else {
            community = tls::SecretText(std::string(std::get<Community>(credentials).text.view()));
            wanted.version = SNMP_VERSION_1;
            wanted.community =
                reinterpret_cast<u_char*>(const_cast<char*>(community.view().data()));
            wanted.community_len = community.view().size();
        }
        // Its own probe would wait for the agent, and keep all other sessions waiting with it.
        wanted.flags |= SNMP_FLAGS_DONT_PROBE;
        void* const handle = snmp_sess_open(&wanted);
        tls::wipe(wanted.securityAuthKey, sizeof wanted.securityAuthKey);
        tls::wipe(wanted.securityPrivKey, sizeof wanted.securityPrivKey);
        if (handle == nullptr) return fail(library_error(wanted.s_snmp_errno, settings));
        return std::unique_ptr<Library>(new Library(handle, settings));
    }

    /// Asks the agent for its name, of which the user's keys are made (RFC 3414, section 4).
    Result<void> discover_engine() {
        OwnedPdu probe(snmp_pdu_create(SNMP_MSG_GET));
        probe->version = SNMP_VERSION_3;
        probe->securityName = ::strdup("");
        probe->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
        probe->securityModel = SNMP_SEC_MODEL_USM;
        netsnmp_session& session = *snmp_sess_session(handle_);
        session.flags |= SNMP_FLAGS_DONT_PROBE;
        // What is right is a report: the agent knows no engine without a name.
        DIM_TRY(const Outcome outcome, outcome_of(std::move(probe), settings_.retries));
        const std::scoped_lock lock(library_lock());
        if (session.securityEngineIDLen == 0)
            return fail(
                error_of(outcome.error == SNMPERR_SUCCESS ? SNMPERR_UNKNOWN_ENG_ID : outcome.error,
                         settings_.retries));
        if (usm_create_user_from_session(&session) != SNMPERR_SUCCESS)
            return fail(error_of(SNMPERR_UNKNOWN_USER_NAME, settings_.retries));
        return {};
    }

    /// Waits until it is over. Errors: those of sending and waiting.
    Result<Outcome> outcome_of(OwnedPdu pdu, int retries) {
        // The library keeps a request that it could not send again, and tells of it once more when
        // the session is closed.
        Outcome& outcome = outcomes_.emplace_back();
        DIM_CHECK(send(std::move(pdu), outcome, retries));
        while (!outcome.is_over) {
            const auto next = next_timeout();
            if (!next) break;
            DIM_CHECK(wait_and_read(*next));
        }
        // It forgets a request whose time was refused twice, and tells nobody.
        if (!outcome.is_over) outcome.is_released = true;
        Outcome result = std::move(outcome);
        if (result.is_released) outcomes_.pop_back();
        return result;
    }

    Error error_of(int error, int retries) const {
        Settings used = settings_;
        used.retries = retries;
        return library_error(error, used);
    }

    Result<void> send(OwnedPdu pdu, Outcome& outcome, int retries) {
        const std::scoped_lock lock(library_lock());
        snmp_sess_session(handle_)->retries = retries;
        if (snmp_sess_async_send(handle_, pdu.get(), receive, &outcome) == 0)
            return fail(library_error(snmp_sess_session(handle_)->s_snmp_errno, settings_));
        [[maybe_unused]] netsnmp_pdu* const taken = pdu.release();  // by the library
        return {};
    }

    Result<void> wait_and_read(const sys::Deadline& deadline) {
        // A borrowed descriptor: the transport closes it.
        sys::Fd socket(transport_socket());
        const auto ready = sys::poll(socket, sys::Readiness::readable, deadline);
        static_cast<void>(socket.release());
        if (!ready && ready.error().code() != ErrorCode::timed_out) return fail(ready.error());
        const std::scoped_lock lock(library_lock());
        if (!ready) {
            snmp_sess_timeout(handle_);
            return {};
        }
        netsnmp_large_fd_set set;
        netsnmp_large_fd_set_init(&set, FD_SETSIZE);
        netsnmp_large_fd_setfd(snmp_sess_transport(handle_)->sock, &set);
        // What is no SNMP is passed over, as what others send.
        static_cast<void>(snmp_sess_read2(handle_, &set));
        snmp_sess_timeout(handle_);
        netsnmp_large_fd_set_cleanup(&set);
        return {};
    }

    int transport_socket() const {
        const std::scoped_lock lock(library_lock());
        return snmp_sess_transport(handle_)->sock;
    }

    /// When the library wants to send again, or gives up; nothing when it waits for no answer.
    std::optional<sys::Deadline> next_timeout() const {
        const std::scoped_lock lock(library_lock());
        netsnmp_large_fd_set set;
        netsnmp_large_fd_set_init(&set, FD_SETSIZE);
        int count = 0;
        int block = 1;
        timeval left{};
        snmp_sess_select_info2(handle_, &count, &set, &left, &block);
        netsnmp_large_fd_set_cleanup(&set);
        if (block != 0) return std::nullopt;
        return sys::Deadline::in(
            std::chrono::milliseconds(left.tv_sec * 1000 + left.tv_usec / 1000 + 1));
    }

    void* handle_;
    Settings settings_;
    std::list<Outcome> outcomes_;  ///< of requests that the library knows
};

void Session::prepare() {
    const std::scoped_lock lock(library_lock());
    initialise_library();
}

Session::Session(std::unique_ptr<Library> library)
    : library_(std::move(library)), objects_per_request_(kObjectsPerRequest) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(const Settings& settings, const Credentials& credentials) {
    DIM_TRY(auto library, Library::open(settings, credentials));
    return Session(std::move(library));
}

Result<std::vector<std::optional<Value>>> Session::get(std::span<const ObjectId> objects) {
    std::vector<std::optional<Value>> values(objects.size());
    const std::span<std::optional<Value>> all(values);
    for (std::size_t first = 0; first < objects.size();) {
        const std::size_t count = std::min(objects_per_request_, objects.size() - first);
        DIM_CHECK(get_some(objects.subspan(first, count), all.subspan(first, count)));
        first += count;
    }
    return values;
}

Result<void> Session::get_some(std::span<const ObjectId> objects,
                               std::span<std::optional<Value>> into) {
    std::vector<std::size_t> asked(objects.size());
    std::iota(asked.begin(), asked.end(), std::size_t{0});
    while (!asked.empty()) {
        OwnedPdu pdu(snmp_pdu_create(SNMP_MSG_GET));
        for (const std::size_t at : asked) {
            const auto name = parts_of(objects[at]);
            snmp_add_null_var(pdu.get(), name.data(), name.size());
        }
        DIM_TRY(auto answer, library_->exchange(std::move(pdu)));
        if (answer.status == SNMP_ERR_TOOBIG && objects.size() > 1)
            return get_in_halves(objects, into);
        if (answer.status != SNMP_ERR_NOERROR) {
            if (answer.index > asked.size()) return another_answer("an error of nothing asked");
            const auto wrong = asked.begin() + (answer.index == 0 ? 0 : answer.index - 1);
            if (answer.status != SNMP_ERR_NOSUCHNAME || answer.index == 0)
                return status_error(objects[*wrong], answer.status);
            asked.erase(wrong);  // version 1 says which one it has not; the others are asked again
            continue;
        }
        if (answer.bindings.size() != asked.size()) return another_answer("more or fewer objects");
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (answer.bindings[i].object != objects[asked[i]])
                return another_answer("object " + to_string(answer.bindings[i].object) +
                                      " in place of " + to_string(objects[asked[i]]));
            into[asked[i]] = std::move(answer.bindings[i].value);
        }
        return {};
    }
    return {};
}

Result<void> Session::get_in_halves(std::span<const ObjectId> objects,
                                    std::span<std::optional<Value>> into) {
    const std::size_t half = objects.size() / 2;
    objects_per_request_ = std::min(objects_per_request_, std::max(half, std::size_t{1}));
    DIM_CHECK(get_some(objects.first(half), into.first(half)));
    return get_some(objects.subspan(half), into.subspan(half));
}

std::chrono::milliseconds Session::set_timeout(std::chrono::milliseconds timeout) {
    return library_->set_timeout(timeout);
}

Result<void> Session::set(const ObjectId& object, const Value& value) {
    return send_set(object, value, library_->retries());
}

Result<void> Session::set_once(const ObjectId& object, const Value& value) {
    Result<void> done = send_set(object, value, 0);
    if (done || done.error().code() != ErrorCode::timed_out) return done;
    return fail(
        Error(ErrorCode::timed_out,
              "no answer to a command that may have been carried out: " + done.error().message())
            .with_cure("look what has become of it before you send it again"));
}

Result<void> Session::send_set(const ObjectId& object, const Value& value, int retries) {
    OwnedPdu pdu(snmp_pdu_create(SNMP_MSG_SET));
    add_value(*pdu, object, value);
    DIM_TRY(const auto answer, library_->exchange(std::move(pdu), retries));
    if (answer.status != SNMP_ERR_NOERROR) return status_error(object, answer.status);
    if (answer.bindings.size() != 1 || answer.bindings.front().object != object)
        return another_answer("another object than " + to_string(object));
    return {};
}

Result<std::vector<Binding>> Session::walk(const ObjectId& root, std::size_t limit) {
    std::vector<Binding> found;
    ObjectId last = root;
    while (true) {
        OwnedPdu pdu(snmp_pdu_create(SNMP_MSG_GETNEXT));
        const auto name = parts_of(last);
        snmp_add_null_var(pdu.get(), name.data(), name.size());
        DIM_TRY(auto answer, library_->exchange(std::move(pdu)));
        if (answer.status == SNMP_ERR_NOSUCHNAME) return found;
        if (answer.status != SNMP_ERR_NOERROR) return status_error(last, answer.status);
        if (answer.bindings.size() != 1) return another_answer("more or fewer objects");
        AnswerBinding& next = answer.bindings.front();
        if (!next.value || (!next.object.is_below(root) && next.object > last)) return found;
        if (next.object <= last) return another_answer("the object behind " + to_string(last));
        if (found.size() == limit)
            return fail(ErrorCode::limit_exceeded,
                        "more than " + std::to_string(limit) + " objects below " + to_string(root));
        last = next.object;
        found.push_back({std::move(next.object), *std::move(next.value)});
    }
}

}  // namespace dim::snmp
