"""Messages and parameters of vendors by their own numbers, written as in `definitions`.

Impinj's are those of its definition file (2007 to 2023). Motorola's, now Zebra's, are from its
Interface Control Guide 72E-131718, whose tables promise more reserved bits than readers send: what
was seen of an FX9600 (firmware 3.32) and what sllurp reads goes before the guide. Parameters whose
widths nobody tells are left out and stay hex, as is what stands behind the last field (`Rest`).
"""

from drivers.llrp.definitions import Definition, read_table

IMPINJ = 25882
MOTOROLA = 161

_IMPINJ_MESSAGES = """
21 IMPINJ_ENABLE_EXTENSIONS _:32 *
22 IMPINJ_ENABLE_EXTENSIONS_RESPONSE *
23 IMPINJ_SAVE_SETTINGS SaveConfiguration:u1 _:7 *
24 IMPINJ_SAVE_SETTINGS_RESPONSE *
"""

_IMPINJ_PARAMETERS = """
21 ImpinjRequestedData RequestedData:u32 *
22 ImpinjSubRegulatoryRegion RegulatoryRegion:u16 *
23 ImpinjInventorySearchMode InventorySearchMode:u16 *
26 ImpinjFixedFrequencyList FixedFrequencyMode:u16 _:16 ChannelList:u16v *
27 ImpinjReducedPowerFrequencyList ReducedPowerMode:u16 _:16 ChannelList:u16v *
28 ImpinjLowDutyCycle LowDutyCycleMode:u16 EmptyFieldTimeout:u16 FieldPingInterval:u16 *
29 ImpinjDetailedVersion ModelName:utf8v SerialNumber:utf8v SoftwareVersion:utf8v
    FirmwareVersion:utf8v FPGAVersion:utf8v PCBAVersion:utf8v *
30 ImpinjFrequencyCapabilities FrequencyList:u32v *
36 ImpinjGPIDebounceConfiguration GPIPortNum:u16 GPIDebounceTimerMSec:u32 *
37 ImpinjReaderTemperature Temperature:s16 *
38 ImpinjLinkMonitorConfiguration LinkMonitorMode:u16 LinkDownThreshold:u16 *
39 ImpinjReportBufferConfiguration ReportBufferMode:u16 *
40 ImpinjAccessSpecConfiguration *
41 ImpinjBlockWriteWordCount WordCount:u16 *
42 ImpinjBlockPermalock OpSpecID:u16 AccessPassword:u32 MB:u2 _:6 BlockPointer:u16 BlockMask:u16v *
43 ImpinjBlockPermalockOpSpecResult Result:u8 OpSpecID:u16 *
44 ImpinjGetBlockPermalockStatus OpSpecID:u16 AccessPassword:u32 MB:u2 _:6 BlockPointer:u16
    BlockRange:u16 *
45 ImpinjGetBlockPermalockStatusOpSpecResult Result:u8 OpSpecID:u16 PermalockStatus:u16v *
46 ImpinjSetQTConfig OpSpecID:u16 AccessPassword:u32 DataProfile:u8 AccessRange:u8 Persistence:u8
    _:32 *
47 ImpinjSetQTConfigOpSpecResult Result:u8 OpSpecID:u16 *
48 ImpinjGetQTConfig OpSpecID:u16 AccessPassword:u32 *
49 ImpinjGetQTConfigOpSpecResult Result:u8 OpSpecID:u16 DataProfile:u8 AccessRange:u8 _:32 *
50 ImpinjTagReportContentSelector *
51 ImpinjEnableSerializedTID SerializedTIDMode:u16 *
52 ImpinjEnableRFPhaseAngle RFPhaseAngleMode:u16 *
53 ImpinjEnablePeakRSSI PeakRSSIMode:u16 *
54 ImpinjEnableGPSCoordinates GPSCoordinatesMode:u16 *
55 ImpinjSerializedTID TID:u16v *
56 ImpinjRFPhaseAngle PhaseAngle:u16 *
57 ImpinjPeakRSSI RSSI:s16 *
58 ImpinjGPSCoordinates Latitude:s32 Longitude:s32 *
59 ImpinjLoopSpec LoopCount:u32 *
60 ImpinjGPSNMEASentences *
61 ImpinjGGASentence GGASentence:utf8v *
62 ImpinjRMCSentence RMCSentence:utf8v *
63 ImpinjOpSpecRetryCount RetryCount:u16 *
64 ImpinjAdvancedGPOConfiguration GPOPortNum:u16 GPOMode:u16 GPOPulseDurationMSec:u32 *
65 ImpinjEnableOptimizedRead OptimizedReadMode:u16 *
66 ImpinjAccessSpecOrdering OrderingMode:u16 *
67 ImpinjEnableRFDopplerFrequency RFDopplerFrequencyMode:u16 *
68 ImpinjRFDopplerFrequency DopplerFrequency:s16 *
69 ImpinjInventoryConfiguration EnableAntDwellTimeLimit:u1 EnableSelectGapClose:u1 _:6 *
72 ImpinjEnableTxPower TxPowerReportingMode:u16 *
73 ImpinjTxPower TxPower:u16 *
74 ImpinjEnableXPCWords XPCWordsMode:u16 *
75 ImpinjXPCWords XPCWords:u16v *
1520 ImpinjArrayVersion SerialNumber:utf8v FirmwareVersion:utf8v PCBAVersion:utf8v *
1521 ImpinjxArrayCapabilities MaxNumSectors:u32 SupportsLISpecs:u1 SupportsTISpecs:u1
    SupportsTSISpecs:u1 SupportsDISpecs:u1 SupportsESSpecs:u1 _:3 *
1522 ImpinjTiltConfiguration XAxis:s32 YAxis:s32 ZAxis:s32 *
1523 ImpinjBeaconConfiguration BeaconState:u1 _:7 BeaconDurationSeconds:u64 *
1524 ImpinjAntennaConfiguration *
1526 ImpinjAntennaEventHysteresis AntennaEventConnected:u64 AntennaEventDisconnected:u64 *
1537 ImpinjHubVersions *
1538 ImpinjHubConfiguration HubID:u16 Connected:u16 Fault:u16 *
1539 ImpinjDiagnosticReport Metric:u32v
1540 ImpinjPlacementConfiguration HeightCm:u16 FacilityXLocationCm:s32 FacilityYLocationCm:s32
    OrientationDegrees:s16 *
1541 ImpinjLISpec *
1542 ImpinjLocationConfig ComputeWindowSeconds:u16 TagAgeIntervalSeconds:u16
    UpdateIntervalSeconds:u16 *
1543 ImpinjC1G2LocationConfig ModeIndex:u16 Session:u2 _:6 *
1544 ImpinjLocationReporting EnableUpdateReport:u1 EnableEntryReport:u1 EnableExitReport:u1
    EnableDiagnosticReport:u1 _:4 *
1545 ImpinjLocationReportData LastSeenTimestampUTC:u64 LocXCentimeters:s32 LocYCentimeters:s32
    Type:u8 *
1552 ImpinjExtendedTagInformation *
1553 ImpinjLocationConfidence ReadCount:u16 ConfidenceData:u32v *
1554 ImpinjIntelligentAntennaManagement ManagementEnabled:u1 _:7 *
1561 ImpinjTransmitPower TransmitPower:u16 *
1562 ImpinjPolarizationControl PolarizationControlEnabled:u1 _:7 *
1563 ImpinjAntennaCapabilities *
1564 ImpinjAntennaPolarizationCapability Type:u8 AntennaIDOffset:u16 *
1565 ImpinjDisabledAntennas AntennaIDs:u16v *
1566 ImpinjTIDParity ParityError:u1 _:7 *
1567 ImpinjDISpec *
1568 ImpinjDirectionSectors EnabledSectorIDs:u16v *
1569 ImpinjDirectionConfig TagAgeIntervalSeconds:u16 UpdateIntervalSeconds:u16 FieldOfView:u8 *
1570 ImpinjDirectionUserTagPopulationLimit UserTagPopulationLimit:u16
1571 ImpinjC1G2DirectionConfig RFMode:u8 *
1572 ImpinjDirectionReporting EnableUpdateReport:u1 EnableEntryReport:u1 EnableExitReport:u1
    EnableDiagnosticReport:u1 _:4 DiagnosticReportLevel:u8 *
1573 ImpinjDirectionReportData Type:u8 TagPopulationStatus:u8 FirstSeenSectorID:u8
    FirstSeenTimestampUTC:u64 LastSeenSectorID:u8 LastSeenTimestampUTC:u64 *
1574 ImpinjDirectionDiagnosticData Metric:u32v
1575 ImpinjxArrayDirectionCapabilities SystemTagPopulationLimitHighSensitivity:u16
    SystemTagPopulationLimitHighPerformance:u16 *
1576 ImpinjAntennaEventConfiguration EnableAntennaAttemptNotification:u1 _:7 *
1577 ImpinjAntennaAttemptEvent AntennaID:u16 *
1578 ImpinjMarginRead OpSpecID:u16 AccessPassword:u32 MB:u2 _:6 BitPointer:u16 BitLength:u8
    Mask:u16v *
1579 ImpinjMarginReadOpSpecResult Result:u8 OpSpecID:u16 *
1580 ImpinjBLEVersion FirmwareVersion:utf8v *
1581 ImpinjLocationAlgorithmControl ControlData:u32v *
1582 ImpinjRFPowerSweep EnableRFPowerSweep:u1 _:7 MinimumPowerLevel:u16 PowerLevelStepSize:u16 *
1583 ImpinjTruncatedReplyConfiguration Gen2v2TagsOnly:u1 _:7 EPCLength:u8 Pointer:u16 TagMask:u1v *
1584 ImpinjAuthenticate OpSpecID:u16 AccessPassword:u32 SendRep:u1 IncRepLen:u1 _:6 CSI:u8
    Message:u1v *
1585 ImpinjAuthenticateOpSpecResult Result:u8 OpSpecID:u16 Response:u1v *
1586 ImpinjTagFilterVerificationConfiguration TagFilterVerificationMode:u8 *
1587 ImpinjEnableTagPopulationEstimationAlgorithm TagPopulationEstimationMode:u8 *
1589 ImpinjEnableCRHandle CRHandleMode:u8 *
1590 ImpinjCRHandle CRHandle:u32 *
1591 ImpinjEnableEnhancedIntegra EnhancedIntegraMode:u2 _:6 *
1592 ImpinjEnhancedIntegraReport Result:u8 OpSpecID:u16 *
"""

_MOTOROLA_MESSAGES = """
2 MOTO_GET_TAG_EVENT_REPORT
4 MOTO_PURGE_TAGS_RESPONSE *
5 MOTO_TAG_EVENT_NOTIFY
"""

_MOTOROLA_PARAMETERS = """
1 MotoGeneralCapabilities Version:u32 CanGetGeneralParams:u1 CanReportPartNumber:u1
    CanReportRadioVersion:u1 CanSupportRadioPowerState:u1 CanSupportRadioTransmitDelay:u1
    CanSupportZebraTrigger:u1 _:2
50 MotoGeneralRequestCapabilities RequestedData:u8
51 MotoGeneralGetParams RequestedData:u8
100 MotoAutonomousCapabilities Version:u32 CanSupportAutonomousMode:u1 _:7
101 MotoAutonomousState AutonomousModeState:u1 _:7
102 MotoDefaultSpec UseDefaultSpecForAutoMode:u1 _:7 *
120 MotoTagEventsGenerationCapabilities Version:u32 CanSelectTagEvents:u1
    CanSelectTagReportingFormat:u1 CanSelectMovingEvent:u1 _:5
121 MotoTagEventSelector ReportNewTagEvent:u8 NewTagEventModeratedTimeout:u16
    ReportTagInvisibleEvent:u8 TagInvisibleEventModeratedTimeout:u16
    ReportTagVisibilityChangeEvent:u8 TagVisibilityChangeEventModeratedTimeout:u16
122 MotoTagReportMode ReportFormat:u8
123 MotoTagEventList *
124 MotoTagEventEntry EventType:u8 Microseconds:u64
125 MotoROReportTrigger MotoReportTrigger:u8
200 MotoFilterCapabilities Version:u32 CanFilterTagsBasedOnRSSI:u1 CanFilterTagsBasedOnTimeOfDay:u1
    CanFilterTagsBasedOnUTCTimeStamp:u1 _:5
250 MotoUTCTimestamp Microseconds:u64
251 MotoFilterTimeOfDay Microseconds:u64
252 MotoFilterTimeRange TimeFormat:u8 Match:u8 *
253 MotoFilterRSSIRange Match:u16 *
254 MotoFilterRule RuleType:u8 *
255 MotoFilterList UseFilter:u1 _:31 *
256 MotoVersion ModuleName:utf8v ModuleVersion:utf8v
258 MotoFilterTagList Match:u8 *
300 MotoPersistenceCapabilities Version:u32 CanSaveConfiguration:u1 CanSaveTags:u1 CanSaveEvents:u1
    _:5
350 MotoPersistenceSaveParams SaveConfiguration:u1 SaveTagData:u1 SaveTagEventData:u1 _:5
400 MotoC1G2LLRPCapabilities Version:u32 CanSupportBlockPermalock:u1 CanSupportRecommissioning:u1
    CanWriteUMI:u1 CanSupportNXPCustomCommands:u1 CanSupportFujitsuCustomCommands:u1
    CanSupportG2V2Commands:u1 _:2
450 MotoC1G2ExtendedPC XPC1:u16 XPC2:u16
466 MotoCustomCommandOptions EnableNXPSetAndResetQuietCommands:u1 _:31
500 MotoRadioPowerState RadioPowerState:u1 _:7
504 MotoVersionList *
511 MotoRadioTransmitDelay RadioTransmitDelay:u8 _:8
703 MotoAntennaConfig *
704 MotoAntennaStopCondition AntennaStopTrigger:u8 AntennaStopConditionValue:u16
705 MotoAntennaPhysicalPortConfig PhysicalTransmitPort:u16 PhysicalReceivePort:u16
708 MotoTagReportContentSelector EnableZoneID:u1 EnableZoneName:u1
    EnableAntennaPhysicalPortConfig:u1 EnablePhase:u1 EnableGPS:u1 EnableMLTReport:u1 _:26
709 MotoTagPhase Phase:s16
710 MotoAntennaQueryConfig EnableSLAll:u1 EnableABFlip:u1 _:14
711 NXPBrandIDCheckConfig BrandID:u8
712 BrandIDCheckStatus BrandID:u8
"""


def _of_vendors(*tables: tuple[int, str]) -> dict[tuple[int, int], Definition]:
    return {
        (vendor, number): definition
        for vendor, table in tables
        for number, definition in read_table(table).items()
    }


VENDOR_MESSAGES = _of_vendors((IMPINJ, _IMPINJ_MESSAGES), (MOTOROLA, _MOTOROLA_MESSAGES))
"""Custom messages by vendor and subtype."""
VENDOR_PARAMETERS = _of_vendors((IMPINJ, _IMPINJ_PARAMETERS), (MOTOROLA, _MOTOROLA_PARAMETERS))
"""Custom parameters by vendor and subtype."""
