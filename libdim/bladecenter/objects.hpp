#pragma once

#include "libdim/snmp/object_id.hpp"

/// Objects of a management module, by their names in the vendor's MIB where it has one. Those of a
/// bay end in its number.
namespace dim::bladecenter::objects {

inline const snmp::ObjectId kSystemObjectId{1, 3, 6, 1, 2, 1, 1, 2, 0};         ///< sysObjectID
inline const snmp::ObjectId kManagementModule{1, 3, 6, 1, 4, 1, 2, 6, 158, 3};  ///< its value
inline const snmp::ObjectId kRoot{1, 3, 6, 1, 4, 1, 2, 3, 51, 2};               ///< mmblade

inline const snmp::ObjectId kExists = kRoot.below({22, 1, 5, 1, 1, 3});      ///< bladeExists
inline const snmp::ObjectId kPowerState = kRoot.below({22, 1, 5, 1, 1, 4});  ///< bladePowerState
inline const snmp::ObjectId kHealth = kRoot.below({22, 1, 5, 1, 1, 5});      ///< bladeHealthState
inline const snmp::ObjectId kName = kRoot.below({22, 1, 5, 1, 1, 6});        ///< bladeName
inline const snmp::ObjectId kNameToWrite = kRoot.below({22, 1, 7, 1, 1, 5});
inline const snmp::ObjectId kPowerOnOff = kRoot.below({22, 1, 6, 1, 1, 7});  ///< powerOnOffBlade
inline const snmp::ObjectId kRestart = kRoot.below({22, 1, 6, 1, 1, 8});     ///< restartBlade
inline const snmp::ObjectId kNmi = kRoot.below({22, 1, 6, 1, 1, 10});
inline const snmp::ObjectId kBootSequence = kRoot.below({22, 1, 3, 1});  ///< columns 7 to 10
/// Serial over LAN: whether it is allowed, and whether somebody can use it.
inline const snmp::ObjectId kSolEnabled = kRoot.below({4, 10, 2, 1, 1, 3});
inline const snmp::ObjectId kSolStatus = kRoot.below({4, 10, 2, 1, 1, 5});
inline const snmp::ObjectId kLed = kRoot.below({2, 8, 2, 1, 1, 11});  ///< ledBladeIdentity
inline const snmp::ObjectId kSerial = kRoot.below({2, 21, 4, 1, 1, 6});
inline const snmp::ObjectId kMachineType = kRoot.below({2, 21, 4, 1, 1, 7});
inline const snmp::ObjectId kUuid = kRoot.below({2, 21, 4, 1, 1, 8});
inline const snmp::ObjectId kMachineModel = kRoot.below({2, 21, 4, 1, 1, 12});
inline const snmp::ObjectId kMacs = kRoot.below({2, 21, 4, 2, 1});  ///< columns 2…5 and 10…13

inline const snmp::ObjectId kBaysSupported = kRoot.below({22, 4, 19, 0});
inline const snmp::ObjectId kBaysInstalled = kRoot.below({22, 4, 25, 0});
inline const snmp::ObjectId kChassisType = kRoot.below({2, 21, 1, 1, 1, 0});
inline const snmp::ObjectId kChassisModel = kRoot.below({2, 21, 1, 1, 2, 0});
inline const snmp::ObjectId kChassisSerial = kRoot.below({2, 21, 1, 1, 3, 0});
inline const snmp::ObjectId kChassisUuid = kRoot.below({2, 21, 1, 1, 4, 0});
inline const snmp::ObjectId kChassisName = kRoot.below({4, 5, 1, 0});    ///< spTxtId
inline const snmp::ObjectId kChassisHealth = kRoot.below({2, 7, 1, 0});  ///< systemHealthStat
inline const snmp::ObjectId kModuleTemperature = kRoot.below({2, 1, 1, 2, 0});
inline const snmp::ObjectId kAmbientTemperature = kRoot.below({2, 1, 5, 1, 0});
inline const snmp::ObjectId kBlowers = kRoot.below({2, 3});  ///< 1…4, scalars; states: 10…13
inline const snmp::ObjectId kPowerModuleExists = kRoot.below({2, 4, 1, 1, 2});  ///< of 1…4
inline const snmp::ObjectId kPowerModuleState = kRoot.below({2, 4, 1, 1, 3});
inline const snmp::ObjectId kPowerModuleDetails = kRoot.below({2, 4, 1, 1, 4});
inline const snmp::ObjectId kChassisLed = kRoot.below({2, 8, 1, 1, 4, 0});
inline const snmp::ObjectId kPrimary = kRoot.below({22, 5, 1, 1, 4});  ///< of module 1, 2
inline const snmp::ObjectId kClearEventLog = kRoot.below({3, 4, 3, 0});
inline const snmp::ObjectId kResetModule = kRoot.below({7, 4, 0});
inline const snmp::ObjectId kEventLog = kRoot.below({3, 4, 2, 1, 2});  ///< readEventLogString

}  // namespace dim::bladecenter::objects
