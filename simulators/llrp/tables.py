"""The words of LLRP 1.0.1 and 1.1 as a table: numbers, fields in wire order, parts inside.

Derived from the public machine-readable definitions of LLRP (EPCglobal, standard of 2007-08-13,
sections 16.2 and 16.3; what LLRP 1.1 brought stands in `NEW_IN_1_1`) and of Impinj's extensions.
One line a message or parameter; longer ones go on in an indented line, glued on where it opens
with `/`:

    NUMBER NAME FIELD:TYPE... | INSIDE...

TYPE: `u1` to `u96` and `s8` to `s32` are numbers of that many bits, high bit first; `u1v` is a bit
string, `u8v`, `u16v`, `u32v` are counted lists, `text` is counted UTF-8, `rest` goes to the
end. `<n` after a type: only values below n have a meaning; `<n,m`: below m
in LLRP 1.1. `_n` is n reserved bits. INSIDE names
the parameters that follow the fields: bare = exactly one, `?` = none or one, `*` = any number, `+`
= one or more; `A/B` = either. `Custom` stands for every vendor's parameter.
Parameters below 128 are TV encoded (one byte of type, no length), all others TLV.
"""

MESSAGES = """
1 GET_READER_CAPABILITIES RequestedData:u8<5 | Custom*
2 GET_READER_CONFIG AntennaID:u16 RequestedData:u8<12 GPIPortNum:u16 GPOPortNum:u16 | Custom*
3 SET_READER_CONFIG ResetToFactoryDefault:u1 _7 | ReaderEventNotificationSpec? AntennaProperties*
  AntennaConfiguration* ROReportSpec? AccessReportSpec? KeepaliveSpec? GPOWriteData*
  GPIPortCurrentState* EventsAndReports? Custom*
4 CLOSE_CONNECTION_RESPONSE | LLRPStatus
11 GET_READER_CAPABILITIES_RESPONSE | LLRPStatus GeneralDeviceCapabilities? LLRPCapabilities?
  RegulatoryCapabilities? C1G2LLRPCapabilities? Custom*
12 GET_READER_CONFIG_RESPONSE | LLRPStatus Identification? AntennaProperties*
  AntennaConfiguration* ReaderEventNotificationSpec? ROReportSpec? AccessReportSpec?
  LLRPConfigurationStateValue? KeepaliveSpec? GPIPortCurrentState* GPOWriteData* EventsAndReports?
  Custom*
13 SET_READER_CONFIG_RESPONSE | LLRPStatus
14 CLOSE_CONNECTION
20 ADD_ROSPEC | ROSpec
21 DELETE_ROSPEC ROSpecID:u32
22 START_ROSPEC ROSpecID:u32
23 STOP_ROSPEC ROSpecID:u32
24 ENABLE_ROSPEC ROSpecID:u32
25 DISABLE_ROSPEC ROSpecID:u32
26 GET_ROSPECS
30 ADD_ROSPEC_RESPONSE | LLRPStatus
31 DELETE_ROSPEC_RESPONSE | LLRPStatus
32 START_ROSPEC_RESPONSE | LLRPStatus
33 STOP_ROSPEC_RESPONSE | LLRPStatus
34 ENABLE_ROSPEC_RESPONSE | LLRPStatus
35 DISABLE_ROSPEC_RESPONSE | LLRPStatus
36 GET_ROSPECS_RESPONSE | LLRPStatus ROSpec*
40 ADD_ACCESSSPEC | AccessSpec
41 DELETE_ACCESSSPEC AccessSpecID:u32
42 ENABLE_ACCESSSPEC AccessSpecID:u32
43 DISABLE_ACCESSSPEC AccessSpecID:u32
44 GET_ACCESSSPECS
45 CLIENT_REQUEST_OP | TagReportData
46 GET_SUPPORTED_VERSION
47 SET_PROTOCOL_VERSION ProtocolVersion:u8
50 ADD_ACCESSSPEC_RESPONSE | LLRPStatus
51 DELETE_ACCESSSPEC_RESPONSE | LLRPStatus
52 ENABLE_ACCESSSPEC_RESPONSE | LLRPStatus
53 DISABLE_ACCESSSPEC_RESPONSE | LLRPStatus
54 GET_ACCESSSPECS_RESPONSE | LLRPStatus AccessSpec*
55 CLIENT_REQUEST_OP_RESPONSE | ClientRequestResponse
56 GET_SUPPORTED_VERSION_RESPONSE CurrentVersion:u8 SupportedVersion:u8 | LLRPStatus
57 SET_PROTOCOL_VERSION_RESPONSE | LLRPStatus
60 GET_REPORT
61 RO_ACCESS_REPORT | TagReportData* RFSurveyReportData* Custom*
62 KEEPALIVE
63 READER_EVENT_NOTIFICATION | ReaderEventNotificationData
64 ENABLE_EVENTS_AND_REPORTS
72 KEEPALIVE_ACK
100 ERROR_MESSAGE | LLRPStatus
1023 CUSTOM_MESSAGE VendorIdentifier:u32 MessageSubtype:u8 Data:rest
"""

PARAMETERS = """
1 AntennaID AntennaID:u16
2 FirstSeenTimestampUTC Microseconds:u64
3 FirstSeenTimestampUptime Microseconds:u64
4 LastSeenTimestampUTC Microseconds:u64
5 LastSeenTimestampUptime Microseconds:u64
6 PeakRSSI PeakRSSI:s8
7 ChannelIndex ChannelIndex:u16
8 TagSeenCount TagCount:u16
9 ROSpecID ROSpecID:u32
10 InventoryParameterSpecID InventoryParameterSpecID:u16
11 C1G2_CRC CRC:u16
12 C1G2_PC PC_Bits:u16
13 EPC_96 EPC:u96
14 SpecIndex SpecIndex:u16
16 AccessSpecID AccessSpecID:u32
17 OpSpecID OpSpecID:u16
15 ClientRequestOpSpecResult OpSpecID:u16
18 C1G2SingulationDetails NumCollisionSlots:u16 NumEmptySlots:u16
19 C1G2_XPCW1 XPC_W1:u16
20 C1G2_XPCW2 XPC_W2:u16
128 UTCTimestamp Microseconds:u64
129 Uptime Microseconds:u64
137 GeneralDeviceCapabilities MaxNumberOfAntennaSupported:u16 CanSetAntennaProperties:u1
  HasUTCClockCapability:u1 _14 DeviceManufacturerName:u32 ModelName:u32 ReaderFirmwareVersion:text
  | ReceiveSensitivityTableEntry+ PerAntennaReceiveSensitivityRange* GPIOCapabilities
  PerAntennaAirProtocol+ MaximumReceiveSensitivity?
139 ReceiveSensitivityTableEntry Index:u16 ReceiveSensitivityValue:s16
140 PerAntennaAirProtocol AntennaID:u16 ProtocolID:u8v
141 GPIOCapabilities NumGPIs:u16 NumGPOs:u16
142 LLRPCapabilities CanDoRFSurvey:u1 CanReportBufferFillWarning:u1 SupportsClientRequestOpSpec:u1
  CanDoTagInventoryStateAwareSingulation:u1 SupportsEventAndReportHolding:u1 _3
  MaxNumPriorityLevelsSupported:u8 ClientRequestOpSpecTimeout:u16 MaxNumROSpecs:u32
  MaxNumSpecsPerROSpec:u32 MaxNumInventoryParameterSpecsPerAISpec:u32 MaxNumAccessSpecs:u32
  MaxNumOpSpecsPerAccessSpec:u32
143 RegulatoryCapabilities CountryCode:u16 CommunicationsStandard:u16 | UHFBandCapabilities?
  Custom*
144 UHFBandCapabilities | TransmitPowerLevelTableEntry+ FrequencyInformation C1G2UHFRFModeTable+
  RFSurveyFrequencyCapabilities?
145 TransmitPowerLevelTableEntry Index:u16 TransmitPowerValue:s16
146 FrequencyInformation Hopping:u1 _7 | FrequencyHopTable* FixedFrequencyTable?
147 FrequencyHopTable HopTableID:u8 _8 Frequency:u32v
148 FixedFrequencyTable Frequency:u32v
149 PerAntennaReceiveSensitivityRange AntennaID:u16 ReceiveSensitivityIndexMin:u16
  ReceiveSensitivityIndexMax:u16
177 ROSpec ROSpecID:u32 Priority:u8 CurrentState:u8<3 | ROBoundarySpec AISpec/RFSurveySpec/Custom+
  LoopSpec? ROReportSpec?
178 ROBoundarySpec | ROSpecStartTrigger ROSpecStopTrigger
179 ROSpecStartTrigger ROSpecStartTriggerType:u8<4 | PeriodicTriggerValue? GPITriggerValue?
180 PeriodicTriggerValue Offset:u32 Period:u32 | UTCTimestamp?
181 GPITriggerValue GPIPortNum:u16 GPIEvent:u1 _7 Timeout:u32
182 ROSpecStopTrigger ROSpecStopTriggerType:u8<3 DurationTriggerValue:u32 | GPITriggerValue?
183 AISpec AntennaIDs:u16v | AISpecStopTrigger InventoryParameterSpec+ Custom*
184 AISpecStopTrigger AISpecStopTriggerType:u8<4 DurationTrigger:u32 | GPITriggerValue?
  TagObservationTrigger?
185 TagObservationTrigger TriggerType:u8<3,5 _8 NumberOfTags:u16 NumberOfAttempts:u16 T:u16
  Timeout:u32
186 InventoryParameterSpec InventoryParameterSpecID:u16 ProtocolID:u8 | AntennaConfiguration*
  Custom*
187 RFSurveySpec AntennaID:u16 StartFrequency:u32 EndFrequency:u32 | RFSurveySpecStopTrigger
  Custom*
188 RFSurveySpecStopTrigger StopTriggerType:u8<3 DurationPeriod:u32 N:u32
207 AccessSpec AccessSpecID:u32 AntennaID:u16 ProtocolID:u8 CurrentState:u1 _7 ROSpecID:u32 |
  AccessSpecStopTrigger AccessCommand AccessReportSpec? Custom*
208 AccessSpecStopTrigger AccessSpecStopTrigger:u8<2 OperationCountValue:u16
209 AccessCommand | C1G2TagSpec
  C1G2Read/C1G2Write/C1G2Kill/C1G2Recommission/C1G2Lock/C1G2BlockErase/C1G2BlockWrite
  /C1G2BlockPermalock/C1G2GetBlockPermalockStatus/ClientRequestOpSpec/Custom+ Custom*
210 ClientRequestOpSpec OpSpecID:u16
211 ClientRequestResponse AccessSpecID:u32 | EPCData
  C1G2Read/C1G2Write/C1G2Kill/C1G2Lock/C1G2BlockErase/C1G2BlockWrite/Custom*
217 LLRPConfigurationStateValue LLRPConfigurationStateValue:u32
218 Identification IDType:u8<2 ReaderID:u8v
219 GPOWriteData GPOPortNumber:u16 GPOData:u1 _7
220 KeepaliveSpec KeepaliveTriggerType:u8<2 PeriodicTriggerValue:u32
221 AntennaProperties AntennaConnected:u1 _7 AntennaID:u16 AntennaGain:s16
222 AntennaConfiguration AntennaID:u16 | RFReceiver? RFTransmitter? C1G2InventoryCommand*
223 RFReceiver ReceiverSensitivity:u16
224 RFTransmitter HopTableID:u16 ChannelIndex:u16 TransmitPower:u16
225 GPIPortCurrentState GPIPortNum:u16 Config:u1 _7 State:u8<3
226 EventsAndReports HoldEventsAndReportsUponReconnect:u1 _7
237 ROReportSpec ROReportTrigger:u8<3,7 N:u16 | TagReportContentSelector Custom*
238 TagReportContentSelector EnableROSpecID:u1 EnableSpecIndex:u1
  EnableInventoryParameterSpecID:u1 EnableAntennaID:u1 EnableChannelIndex:u1 EnablePeakRSSI:u1
  EnableFirstSeenTimestamp:u1 EnableLastSeenTimestamp:u1 EnableTagSeenCount:u1
  EnableAccessSpecID:u1 _6 | C1G2EPCMemorySelector*
239 AccessReportSpec AccessReportTrigger:u8<2
240 TagReportData | EPCData/EPC_96 ROSpecID? SpecIndex? InventoryParameterSpecID? AntennaID?
  PeakRSSI? ChannelIndex? FirstSeenTimestampUTC? FirstSeenTimestampUptime? LastSeenTimestampUTC?
  LastSeenTimestampUptime? TagSeenCount? C1G2_PC/C1G2_CRC/C1G2_XPCW1/C1G2_XPCW2* AccessSpecID?
  C1G2ReadOpSpecResult/C1G2WriteOpSpecResult/C1G2KillOpSpecResult/C1G2LockOpSpecResult
  /C1G2BlockEraseOpSpecResult/C1G2BlockWriteOpSpecResult/C1G2RecommissionOpSpecResult
  /C1G2BlockPermalockOpSpecResult/C1G2GetBlockPermalockStatusOpSpecResult
  /ClientRequestOpSpecResult/Custom*
  Custom*
241 EPCData EPC:u1v
242 RFSurveyReportData | ROSpecID? SpecIndex? FrequencyRSSILevelEntry+ Custom*
243 FrequencyRSSILevelEntry Frequency:u32 Bandwidth:u32 AverageRSSI:s8 PeakRSSI:s8 |
  UTCTimestamp/Uptime
244 ReaderEventNotificationSpec | EventNotificationState+
245 EventNotificationState EventType:u16<9,10 NotificationState:u1 _7
246 ReaderEventNotificationData | UTCTimestamp/Uptime HoppingEvent? GPIEvent? ROSpecEvent?
  ReportBufferLevelWarningEvent? ReportBufferOverflowErrorEvent? ReaderExceptionEvent?
  RFSurveyEvent? AISpecEvent? AntennaEvent? ConnectionAttemptEvent? ConnectionCloseEvent?
  SpecLoopEvent? Custom*
247 HoppingEvent HopTableID:u16 NextChannelIndex:u16
248 GPIEvent GPIPortNumber:u16 GPIEvent:u1 _7
249 ROSpecEvent EventType:u8<3 ROSpecID:u32 PreemptingROSpecID:u32
250 ReportBufferLevelWarningEvent ReportBufferPercentageFull:u8
251 ReportBufferOverflowErrorEvent
252 ReaderExceptionEvent Message:text | ROSpecID? SpecIndex? InventoryParameterSpecID? AntennaID?
  AccessSpecID? OpSpecID? Custom*
253 RFSurveyEvent EventType:u8<2 ROSpecID:u32 SpecIndex:u16
254 AISpecEvent EventType:u8<1 ROSpecID:u32 SpecIndex:u16 | C1G2SingulationDetails?
255 AntennaEvent EventType:u8<2 AntennaID:u16
256 ConnectionAttemptEvent Status:u16<5
257 ConnectionCloseEvent
287 LLRPStatus StatusCode:u16 ErrorDescription:text | FieldError? ParameterError?
288 FieldError FieldNum:u16 ErrorCode:u16
289 ParameterError ParameterType:u16 ErrorCode:u16 | FieldError? ParameterError?
327 C1G2LLRPCapabilities CanSupportBlockErase:u1 CanSupportBlockWrite:u1
  CanSupportBlockPermalock:u1 CanSupportTagRecommissioning:u1 CanSupportUMIMethod2:u1
  CanSupportXPC:u1 _2 MaxNumSelectFiltersPerQuery:u16
328 C1G2UHFRFModeTable | C1G2UHFRFModeTableEntry+
329 C1G2UHFRFModeTableEntry ModeIdentifier:u32 DRValue:u1 EPCHAGTCConformance:u1 _6 MValue:u8<4
  ForwardLinkModulation:u8<3 SpectralMaskIndicator:u8<4 BDRValue:u32 PIEValue:u32 MinTariValue:u32
  MaxTariValue:u32 StepTariValue:u32
330 C1G2InventoryCommand TagInventoryStateAware:u1 _7 | C1G2Filter* C1G2RFControl?
  C1G2SingulationControl? Custom*
331 C1G2Filter T:u2<3 _6 | C1G2TagInventoryMask C1G2TagInventoryStateAwareFilterAction?
  C1G2TagInventoryStateUnawareFilterAction?
332 C1G2TagInventoryMask MB:u2 _6 Pointer:u16 TagMask:u1v
333 C1G2TagInventoryStateAwareFilterAction Target:u8<5 Action:u8<8
334 C1G2TagInventoryStateUnawareFilterAction Action:u8<6
335 C1G2RFControl ModeIndex:u16 Tari:u16
336 C1G2SingulationControl Session:u2 _6 TagPopulation:u16 TagTransitTime:u32 |
  C1G2TagInventoryStateAwareSingulationAction?
337 C1G2TagInventoryStateAwareSingulationAction I:u1 S:u1 _6
338 C1G2TagSpec | C1G2TargetTag+
339 C1G2TargetTag MB:u2 Match:u1 _5 Pointer:u16 TagMask:u1v TagData:u1v
341 C1G2Read OpSpecID:u16 AccessPassword:u32 MB:u2 _6 WordPointer:u16 WordCount:u16
342 C1G2Write OpSpecID:u16 AccessPassword:u32 MB:u2 _6 WordPointer:u16 WriteData:u16v
343 C1G2Kill OpSpecID:u16 KillPassword:u32
344 C1G2Lock OpSpecID:u16 AccessPassword:u32 | C1G2LockPayload+
345 C1G2LockPayload Privilege:u8<4 DataField:u8<5
346 C1G2BlockErase OpSpecID:u16 AccessPassword:u32 MB:u2 _6 WordPointer:u16 WordCount:u16
347 C1G2BlockWrite OpSpecID:u16 AccessPassword:u32 MB:u2 _6 WordPointer:u16 WriteData:u16v
348 C1G2EPCMemorySelector EnableCRC:u1 EnablePCBits:u1 _6
349 C1G2ReadOpSpecResult Result:u8<4,7 OpSpecID:u16 ReadData:u16v
350 C1G2WriteOpSpecResult Result:u8<7,8 OpSpecID:u16 NumWordsWritten:u16
351 C1G2KillOpSpecResult Result:u8<6,7 OpSpecID:u16
352 C1G2LockOpSpecResult Result:u8<5,8 OpSpecID:u16
353 C1G2BlockEraseOpSpecResult Result:u8<7,8 OpSpecID:u16
354 C1G2BlockWriteOpSpecResult Result:u8<7,8 OpSpecID:u16 NumWordsWritten:u16
355 LoopSpec LoopCount:u32
356 SpecLoopEvent ROSpecID:u32 LoopCount:u32
357 C1G2Recommission OpSpecID:u16 KillPassword:u32 _5 BIT_3SB:u1 BIT_2SB:u1 BIT_LSB:u1
358 C1G2BlockPermalock OpSpecID:u16 AccessPassword:u32 MB:u2 _6 BlockPointer:u16 BlockMask:u16v
359 C1G2GetBlockPermalockStatus OpSpecID:u16 AccessPassword:u32 MB:u2 _6 BlockPointer:u16
  BlockRange:u16
360 C1G2RecommissionOpSpecResult Result:u8<7 OpSpecID:u16
361 C1G2BlockPermalockOpSpecResult Result:u8<7 OpSpecID:u16
362 C1G2GetBlockPermalockStatusOpSpecResult Result:u8<6 OpSpecID:u16 PermalockStatus:u16v
363 MaximumReceiveSensitivity MaximumSensitivityValue:u16
365 RFSurveyFrequencyCapabilities MinimumFrequency:u32 MaximumFrequency:u32
1023 Custom VendorIdentifier:u32 ParameterSubtype:u32 Data:rest
"""

NEW_IN_1_1 = frozenset(
    {
        "C1G2_XPCW1",
        "C1G2_XPCW2",
        "LoopSpec",
        "SpecLoopEvent",
        "C1G2Recommission",
        "C1G2BlockPermalock",
        "C1G2GetBlockPermalockStatus",
        "C1G2RecommissionOpSpecResult",
        "C1G2BlockPermalockOpSpecResult",
        "C1G2GetBlockPermalockStatusOpSpecResult",
        "MaximumReceiveSensitivity",
        "RFSurveyFrequencyCapabilities",
    }
)
"""Parameters that a client of 1.0.1 neither sends nor hears."""
