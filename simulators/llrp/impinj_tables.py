"""The words of Impinj's extensions, as a table in the form that `tables` explains.

Derived from the public machine-readable definitions of the vendor; numbers are subtypes. Where
Impinj puts a parameter of its own into one of the standard's, the latter has a place for `Custom`.
"""

IMPINJ_VENDOR = 25882
"""The private enterprise number under which Impinj's own parameters travel."""

IMPINJ_MESSAGES = """
21 IMPINJ_ENABLE_EXTENSIONS _32 | Custom*
22 IMPINJ_ENABLE_EXTENSIONS_RESPONSE | LLRPStatus Custom*
23 IMPINJ_SAVE_SETTINGS SaveConfiguration:u1 _7 | Custom*
24 IMPINJ_SAVE_SETTINGS_RESPONSE | LLRPStatus Custom*
"""

IMPINJ_PARAMETERS = """
21 ImpinjRequestedData RequestedData:u32 | Custom*
22 ImpinjSubRegulatoryRegion RegulatoryRegion:u16 | Custom*
23 ImpinjInventorySearchMode InventorySearchMode:u16<7 | Custom*
26 ImpinjFixedFrequencyList FixedFrequencyMode:u16<3 _16 ChannelList:u16v | Custom*
27 ImpinjReducedPowerFrequencyList ReducedPowerMode:u16<2 _16 ChannelList:u16v | Custom*
28 ImpinjLowDutyCycle LowDutyCycleMode:u16<2 EmptyFieldTimeout:u16 FieldPingInterval:u16 |
  Custom*
29 ImpinjDetailedVersion ModelName:text SerialNumber:text SoftwareVersion:text
  FirmwareVersion:text FPGAVersion:text PCBAVersion:text | ImpinjHubVersions? ImpinjArrayVersion?
  ImpinjBLEVersion? Custom*
30 ImpinjFrequencyCapabilities FrequencyList:u32v | Custom*
36 ImpinjGPIDebounceConfiguration GPIPortNum:u16 GPIDebounceTimerMSec:u32 | Custom*
37 ImpinjReaderTemperature Temperature:s16 | Custom*
38 ImpinjLinkMonitorConfiguration LinkMonitorMode:u16<2 LinkDownThreshold:u16 | Custom*
39 ImpinjReportBufferConfiguration ReportBufferMode:u16<2 | Custom*
40 ImpinjAccessSpecConfiguration | ImpinjBlockWriteWordCount? ImpinjOpSpecRetryCount?
  ImpinjAccessSpecOrdering? Custom*
41 ImpinjBlockWriteWordCount WordCount:u16 | Custom*
42 ImpinjBlockPermalock OpSpecID:u16 AccessPassword:u32 MB:u2 _6 BlockPointer:u16 BlockMask:u16v
  | Custom*
43 ImpinjBlockPermalockOpSpecResult Result:u8<7 OpSpecID:u16 | Custom*
44 ImpinjGetBlockPermalockStatus OpSpecID:u16 AccessPassword:u32 MB:u2 _6 BlockPointer:u16
  BlockRange:u16 | Custom*
45 ImpinjGetBlockPermalockStatusOpSpecResult Result:u8<6 OpSpecID:u16 PermalockStatus:u16v |
  Custom*
46 ImpinjSetQTConfig OpSpecID:u16 AccessPassword:u32 DataProfile:u8<3 AccessRange:u8<3
  Persistence:u8<3 _32 | Custom*
47 ImpinjSetQTConfigOpSpecResult Result:u8<6 OpSpecID:u16 | Custom*
48 ImpinjGetQTConfig OpSpecID:u16 AccessPassword:u32 | Custom*
49 ImpinjGetQTConfigOpSpecResult Result:u8<5 OpSpecID:u16 DataProfile:u8<3 AccessRange:u8<3 _32 |
  Custom*
50 ImpinjTagReportContentSelector | ImpinjEnableSerializedTID? ImpinjEnableRFPhaseAngle?
  ImpinjEnablePeakRSSI? ImpinjEnableGPSCoordinates? ImpinjEnableOptimizedRead?
  ImpinjEnableRFDopplerFrequency? ImpinjEnableTxPower? ImpinjEnableXPCWords?
  ImpinjEnableCRHandle? ImpinjEnableEnhancedIntegra? Custom*
51 ImpinjEnableSerializedTID SerializedTIDMode:u16<2 | Custom*
52 ImpinjEnableRFPhaseAngle RFPhaseAngleMode:u16<2 | Custom*
53 ImpinjEnablePeakRSSI PeakRSSIMode:u16<2 | Custom*
54 ImpinjEnableGPSCoordinates GPSCoordinatesMode:u16<2 | Custom*
55 ImpinjSerializedTID TID:u16v | ImpinjTIDParity? Custom*
56 ImpinjRFPhaseAngle PhaseAngle:u16 | Custom*
57 ImpinjPeakRSSI RSSI:s16 | Custom*
58 ImpinjGPSCoordinates Latitude:s32 Longitude:s32 | Custom*
59 ImpinjLoopSpec LoopCount:u32 | Custom*
60 ImpinjGPSNMEASentences | ImpinjGGASentence? ImpinjRMCSentence? Custom*
61 ImpinjGGASentence GGASentence:text | Custom*
62 ImpinjRMCSentence RMCSentence:text | Custom*
63 ImpinjOpSpecRetryCount RetryCount:u16 | Custom*
64 ImpinjAdvancedGPOConfiguration GPOPortNum:u16 GPOMode:u16<7 GPOPulseDurationMSec:u32 | Custom*
65 ImpinjEnableOptimizedRead OptimizedReadMode:u16<2 | C1G2Read* Custom*
66 ImpinjAccessSpecOrdering OrderingMode:u16<2 | Custom*
67 ImpinjEnableRFDopplerFrequency RFDopplerFrequencyMode:u16<2 | Custom*
68 ImpinjRFDopplerFrequency DopplerFrequency:s16 | Custom*
69 ImpinjInventoryConfiguration EnableAntDwellTimeLimit:u1 EnableSelectGapClose:u1 _6 | Custom*
72 ImpinjEnableTxPower TxPowerReportingMode:u16<2 | Custom*
73 ImpinjTxPower TxPower:u16 | Custom*
74 ImpinjEnableXPCWords XPCWordsMode:u16<2 | Custom*
75 ImpinjXPCWords XPCWords:u16v | Custom*
1520 ImpinjArrayVersion SerialNumber:text FirmwareVersion:text PCBAVersion:text | Custom*
1521 ImpinjxArrayCapabilities MaxNumSectors:u32 SupportsLISpecs:u1 SupportsTISpecs:u1
  SupportsTSISpecs:u1 SupportsDISpecs:u1 SupportsESSpecs:u1 _3 |
  ImpinjxArrayDirectionCapabilities? Custom*
1522 ImpinjTiltConfiguration XAxis:s32 YAxis:s32 ZAxis:s32 | Custom*
1523 ImpinjBeaconConfiguration BeaconState:u1 _7 BeaconDurationSeconds:u64 | Custom*
1524 ImpinjAntennaConfiguration | ImpinjAntennaEventHysteresis? ImpinjAntennaEventConfiguration?
  Custom*
1526 ImpinjAntennaEventHysteresis AntennaEventConnected:u64 AntennaEventDisconnected:u64 |
  Custom*
1537 ImpinjHubVersions | ImpinjArrayVersion+ Custom*
1538 ImpinjHubConfiguration HubID:u16 Connected:u16<3 Fault:u16<9 | Custom*
1539 ImpinjDiagnosticReport Metric:u32v
1540 ImpinjPlacementConfiguration HeightCm:u16 FacilityXLocationCm:s32 FacilityYLocationCm:s32
  OrientationDegrees:s16 | Custom*
1541 ImpinjLISpec | ImpinjLocationConfig? ImpinjC1G2LocationConfig? ImpinjLocationReporting?
  Custom*
1542 ImpinjLocationConfig ComputeWindowSeconds:u16 TagAgeIntervalSeconds:u16
  UpdateIntervalSeconds:u16 | ImpinjDisabledAntennas? ImpinjLocationAlgorithmControl? Custom*
1543 ImpinjC1G2LocationConfig ModeIndex:u16 Session:u2 _6 | C1G2Filter* ImpinjTransmitPower?
  Custom*
1544 ImpinjLocationReporting EnableUpdateReport:u1 EnableEntryReport:u1 EnableExitReport:u1
  EnableDiagnosticReport:u1 _4 | Custom*
1545 ImpinjLocationReportData LastSeenTimestampUTC:u64 LocXCentimeters:s32 LocYCentimeters:s32
  Type:u8<3 | ImpinjLocationConfidence Custom*
1552 ImpinjExtendedTagInformation | EPCData+ ImpinjLocationReportData? ImpinjDirectionReportData?
  Custom*
1553 ImpinjLocationConfidence ReadCount:u16 ConfidenceData:u32v | Custom*
1554 ImpinjIntelligentAntennaManagement ManagementEnabled:u1<2 _7 | Custom*
1561 ImpinjTransmitPower TransmitPower:u16 | Custom*
1562 ImpinjPolarizationControl PolarizationControlEnabled:u1 _7 | Custom*
1563 ImpinjAntennaCapabilities | ImpinjAntennaPolarizationCapability* Custom*
1564 ImpinjAntennaPolarizationCapability Type:u8<4 AntennaIDOffset:u16 | Custom*
1565 ImpinjDisabledAntennas AntennaIDs:u16v | Custom*
1566 ImpinjTIDParity ParityError:u1 _7 | Custom*
1567 ImpinjDISpec | ImpinjDirectionSectors ImpinjDirectionConfig? ImpinjC1G2DirectionConfig?
  ImpinjDirectionReporting? Custom*
1568 ImpinjDirectionSectors EnabledSectorIDs:u16v | Custom*
1569 ImpinjDirectionConfig TagAgeIntervalSeconds:u16 UpdateIntervalSeconds:u16 FieldOfView:u8<3 |
  ImpinjDirectionUserTagPopulationLimit? Custom*
1570 ImpinjDirectionUserTagPopulationLimit UserTagPopulationLimit:u16
1571 ImpinjC1G2DirectionConfig RFMode:u8<2 | ImpinjTransmitPower? C1G2Filter* Custom*
1572 ImpinjDirectionReporting EnableUpdateReport:u1 EnableEntryReport:u1 EnableExitReport:u1
  EnableDiagnosticReport:u1 _4 DiagnosticReportLevel:u8<4 | Custom*
1573 ImpinjDirectionReportData Type:u8<3 TagPopulationStatus:u8<3 FirstSeenSectorID:u8
  FirstSeenTimestampUTC:u64 LastSeenSectorID:u8 LastSeenTimestampUTC:u64 |
  ImpinjDirectionDiagnosticData? Custom*
1574 ImpinjDirectionDiagnosticData Metric:u32v
1575 ImpinjxArrayDirectionCapabilities SystemTagPopulationLimitHighSensitivity:u16
  SystemTagPopulationLimitHighPerformance:u16 | Custom*
1576 ImpinjAntennaEventConfiguration EnableAntennaAttemptNotification:u1 _7 | Custom*
1577 ImpinjAntennaAttemptEvent AntennaID:u16 | Custom*
1578 ImpinjMarginRead OpSpecID:u16 AccessPassword:u32 MB:u2 _6 BitPointer:u16 BitLength:u8
  Mask:u16v | Custom*
1579 ImpinjMarginReadOpSpecResult Result:u8<9 OpSpecID:u16 | Custom*
1580 ImpinjBLEVersion FirmwareVersion:text | Custom*
1581 ImpinjLocationAlgorithmControl ControlData:u32v | Custom*
1582 ImpinjRFPowerSweep EnableRFPowerSweep:u1 _7 MinimumPowerLevel:u16 PowerLevelStepSize:u16 |
  Custom*
1583 ImpinjTruncatedReplyConfiguration Gen2v2TagsOnly:u1 _7 EPCLength:u8 Pointer:u16 TagMask:u1v
  | Custom*
1584 ImpinjAuthenticate OpSpecID:u16 AccessPassword:u32 SendRep:u1 IncRepLen:u1 _6 CSI:u8
  Message:u1v | Custom*
1585 ImpinjAuthenticateOpSpecResult Result:u8<6 OpSpecID:u16 Response:u1v | Custom*
1586 ImpinjTagFilterVerificationConfiguration TagFilterVerificationMode:u8<3 | Custom*
1587 ImpinjEnableTagPopulationEstimationAlgorithm TagPopulationEstimationMode:u8<2 | Custom*
1589 ImpinjEnableCRHandle CRHandleMode:u8<2 | Custom*
1590 ImpinjCRHandle CRHandle:u32 | Custom*
1591 ImpinjEnableEnhancedIntegra EnhancedIntegraMode:u2<2 _6 | Custom*
1592 ImpinjEnhancedIntegraReport Result:u8<6 OpSpecID:u16 | Custom*
"""
